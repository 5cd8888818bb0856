"""Servers whose HTTP is odd or wrong: what can be read is an answer, all else one of our errors, nothing hangs."""

import gzip
import json

import msgspec
import pytest

from plimsoll.errors import ProviderBusy, ProviderRefused, ProviderUnreachable, UnusableAnswer, UpstreamError
from plimsoll.gateway import Timeouts, Wire

from flow.gateway.raw import ANSWER, Bytes, http, open_raw, unframed
from flow.gateway.rig import ONCE, QUICK, open_rig_at

pytestmark = pytest.mark.anyio
JSON = "Content-Type: application/json"
EVENTS = "Content-Type: text/event-stream"
CHUNKED = "Transfer-Encoding: chunked"
PATIENT = msgspec.structs.replace(ONCE, timeouts=Timeouts(attempt_seconds=5.0, total_seconds=5.0))


def chunked(body: bytes, *, ends: bool = True) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + b"\r\n" + (b"0\r\n\r\n" if ends else b"")


GOOD = [
    http(ANSWER, "X-Big: " + "x" * 6_000),
    http(b"\xef\xbb\xbf" + ANSWER),
    http(ANSWER, kind="application/json; charset=latin-1"),
    http(ANSWER, kind="application/vnd.openai+json"),
    http(gzip.compress(ANSWER), "Content-Encoding: gzip"),
    unframed(ANSWER, JSON, version="1.0"),
    unframed(ANSWER, JSON),
    unframed(chunked(ANSWER), JSON, CHUNKED),
    b"HTTP/1.1 100 Continue\r\n\r\n" + http(),
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + http(),
]


@pytest.mark.parametrize("answer", GOOD, ids=range(len(GOOD)))
async def test_what_can_be_read_is_an_answer(answer: bytes):
    async with open_raw(Bytes(answer)) as raw, open_rig_at(raw.base_url, policy=PATIENT) as rig:
        body, receipt = await rig.answer()
        assert body == json.loads(ANSWER)
        assert receipt.usage.output_tokens == 7


BAD = {
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", UnusableAnswer),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", ProviderRefused),
    "101": (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", ProviderRefused),
    "empty": (http(b""), UnusableAnswer),
    "null": (http(b"null"), UnusableAnswer),
    "list": (http(b"[]"), UnusableAnswer),
    "utf-16": (http(ANSWER.decode().encode("utf-16")), UnusableAnswer),
    "no utf-8": (http(b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'), UnusableAnswer),
    "huge header": (http(ANSWER, "X-Big: " + "x" * 100_000), ProviderUnreachable),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.6\r\n", ProviderUnreachable),
    "no gzip": (http(b"no gzip", "Content-Encoding: gzip"), ProviderUnreachable),
    "longer than it says": (unframed(ANSWER, JSON, f"Content-Length: {len(ANSWER) - 9}"), UpstreamError),
    "shorter than it says": (unframed(ANSWER, JSON, f"Content-Length: {len(ANSWER) + 9}"), ProviderUnreachable),
    "no number": (unframed(ANSWER, JSON, "Content-Length: many"), ProviderUnreachable),
    "no last chunk": (unframed(chunked(ANSWER, ends=False), JSON, CHUNKED), ProviderUnreachable),
    "no chunk": (unframed(b"zz\r\n" + ANSWER, JSON, CHUNKED), ProviderUnreachable),
    "closed": (b"", ProviderUnreachable),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_read_is_one_of_our_errors(name: str):
    answer, error = BAD[name]
    async with open_raw(Bytes(answer)) as raw, open_rig_at(raw.base_url, policy=PATIENT) as rig:
        with pytest.raises(error) as caught:
            await rig.answer()
        assert "pong" not in str(caught.value)
        with pytest.raises(UpstreamError) as caught:
            await rig.stream()
        assert "pong" not in str(caught.value)


async def test_a_small_body_that_unpacks_to_a_large_one_is_not_unpacked_whole():
    bomb = gzip.compress(b'{"a":"' + b"a" * 50_000_000)
    assert len(bomb) < 200_000
    packed = Bytes(http(bomb, "Content-Encoding: gzip"))
    async with open_raw(packed) as raw, open_rig_at(raw.base_url, policy=PATIENT) as rig:
        with pytest.raises(UnusableAnswer, match="more than 200000 bytes"):
            await rig.answer()


async def test_a_stream_without_end_is_left():
    event = b'data: {"choices":[{"index":0,"delta":{"content":"' + b"a" * 1_000 + b'"}}]}\n\n'
    endless = Bytes(unframed(event * 1_000, EVENTS), closes=False)
    async with open_raw(endless) as raw, open_rig_at(raw.base_url, policy=PATIENT) as rig:
        seen = await rig.stream()
        assert b"streamed more than 200000 bytes" in seen.events[-1]
        assert seen.receipt.usage.output_tokens > 100


async def test_comments_without_end_are_no_answer():
    endless = Bytes(unframed(b": thinking\n\n" * 15_000, EVENTS), closes=False)
    policy = msgspec.structs.replace(ONCE, timeouts=Timeouts(first_token_seconds=0.3))
    async with open_raw(endless) as raw, open_rig_at(raw.base_url, policy=policy) as rig:
        with pytest.raises(UpstreamError):
            await rig.stream()


async def test_connections_are_kept_and_used_again_after_answers_and_streams():
    done = b'data: {"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    kept = [Bytes(http(), closes=False), Bytes(unframed(chunked(done), EVENTS, CHUNKED), closes=False)]
    async with open_raw(*kept, *kept, kept[0]) as raw, open_rig_at(raw.base_url, policy=ONCE) as rig:
        for _ in range(2):
            await rig.answer()
            await rig.stream()
        assert (raw.requests, raw.connections) == (4, 1)


async def test_a_connection_that_the_server_closed_meanwhile_is_no_error():
    async with open_raw(Bytes(http(), closes=False)) as raw, open_rig_at(raw.base_url, policy=ONCE) as rig:
        await rig.answer()
        await raw.hang_up()
        await rig.answer()
        assert (raw.requests, raw.connections) == (2, 2)


async def test_a_connection_that_is_closed_as_the_request_arrives_is_tried_again():
    answers = [Bytes(http(), closes=False), Bytes(b""), Bytes(http(), closes=False)]
    async with open_raw(*answers) as raw, open_rig_at(raw.base_url, policy=QUICK) as rig:
        for _ in range(2):
            await rig.answer()
        assert rig.events == ["retry"]
        assert (raw.requests, raw.connections) == (3, 2)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "slow down", "code": 429}, ProviderBusy),
        ({"message": "overloaded", "type": "overloaded_error"}, ProviderRefused),
        ({"message": "no credit", "code": 402}, ProviderRefused),
        ("out of memory", ProviderRefused),
    ],
)
@pytest.mark.parametrize("wire", [Wire.CHAT, Wire.RESPONSES, Wire.MESSAGES])
async def test_an_error_sent_as_a_success_falls_over_before_a_stream_as_well(
    wire: Wire, error: object, expected: type[UpstreamError]
):
    own = "anthropic" if wire is Wire.MESSAGES else "openai"
    sent = Bytes(http(json.dumps({"type": "error", "error": error}).encode()))
    async with open_raw(sent) as raw, open_rig_at(raw.base_url, (f"{own}/small",), ONCE) as rig:
        with pytest.raises(expected):
            await rig.stream(wire)
        assert "plimsoll.cost_usd" not in rig.span.attributes


async def test_a_whole_answer_where_events_were_asked_for_is_written_as_events():
    async with open_raw(Bytes(http())) as raw, open_rig_at(raw.base_url, policy=ONCE) as rig:
        seen = await rig.stream()
        assert (seen.facts.text, seen.facts.finish_reason) == ("pong", "stop")
        assert seen.events[-1] == b"data: [DONE]\n\n"
        assert seen.receipt.usage.output_tokens == 7


async def test_a_key_that_a_provider_repeats_reaches_nobody():
    said = {"error": {"message": "Incorrect API key sk-proj-0123456789abcdef0123: ask for another"}}
    async with open_raw(Bytes(http(json.dumps(said).encode()))) as raw, open_rig_at(raw.base_url, policy=ONCE) as rig:
        with pytest.raises(ProviderRefused) as caught:
            await rig.answer()
        assert "Incorrect API key ***: ask for another" in str(caught.value)
        assert "0123456789" not in str(rig.span)
