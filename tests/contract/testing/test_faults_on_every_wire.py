"""Each fault of a stream on the wires that name their events: Anthropic's messages and OpenAI's responses."""

import json
import socket

import pytest

from plimsoll.testing import Fault, FaultKind, Said, SaidTool, Upstream

from contract.testing.parts import STREAM, Heard, talk

SAID = Said(text="Füße an Bord 🚢", tool_calls=(SaidTool(name="find", arguments='{"ship": "Ann, the old"}'),))
WIRES = pytest.mark.parametrize("path", ["messages", "responses"])
HARMLESS = [
    FaultKind.LATENCY,
    FaultKind.SLOW_START,
    FaultKind.SLOW_TOKENS,
    FaultKind.SPLIT,
    FaultKind.JOINED,
    FaultKind.CRLF,
    FaultKind.HEARTBEATS,
    FaultKind.USAGE_ON_CHOICE,
    FaultKind.USAGE_IN_MIDDLE,
]


def stream(path: str, fault: Fault | FaultKind | None = None) -> Heard:
    with Upstream(SAID) as upstream:
        upstream.inject_always(fault)
        return talk(upstream, STREAM, path)


def name_events(heard: Heard) -> list[str]:
    """The type of each event, which its name has to repeat."""
    blocks = heard.body.replace(b"\r\n", b"\n").split(b"\n\n")[:-1]
    pairs = [block.split(b"\n") for block in blocks if block.startswith(b"event: ")]
    types = [str(json.loads(content.removeprefix(b"data: "))["type"]) for _, content in pairs]
    assert [name.removeprefix(b"event: ").decode() for name, _ in pairs] == types
    return types


@WIRES
@pytest.mark.parametrize("kind", HARMLESS)
def test_what_is_slow_or_oddly_cut_still_says_the_same(path: str, kind: FaultKind):
    assert stream(path, kind).events == stream(path).events


def test_messages_come_in_the_order_that_anthropic_documents():
    assert [name for name in name_events(stream("messages")) if name != "content_block_delta"] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_stop",
        "content_block_start",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]


def test_responses_number_their_events():
    heard = stream("responses")
    assert [json.loads(event)["sequence_number"] for event in heard.events] == list(range(len(heard.events)))
    assert (name_events(heard)[0], name_events(heard)[-1]) == ("response.created", "response.completed")


@WIRES
@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.TRUNCATED, FaultKind.CUT_JSON, FaultKind.END_EARLY])
def test_a_stream_can_break_off_after_some_events(path: str, kind: FaultKind):
    broken, whole = stream(path, Fault(kind=kind, after=4)), stream(path)
    assert broken.events == whole.events[:4]
    assert bool(broken.error) == (kind in (FaultKind.RESET, FaultKind.TRUNCATED))


@WIRES
def test_a_stream_can_say_that_it_failed(path: str):
    heard = stream(path, Fault(kind=FaultKind.ERROR_EVENT, after=4, message="too much"))
    assert name_events(heard)[4:] == ["error"]
    assert b"too much" in heard.events[4]


@WIRES
def test_an_event_can_be_nonsense_or_huge(path: str):
    broken = stream(path, Fault(kind=FaultKind.MALFORMED, after=4)).events
    huge = stream(path, Fault(kind=FaultKind.OVERSIZE, after=4, size=300_000)).events
    whole = stream(path).events
    assert [place for place, event in enumerate(broken) if event != whole[place]] == [4]
    assert [place for place, event in enumerate(huge) if len(event) > 300_000] == [4]
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken[4])


@WIRES
def test_no_event_tells_tokens_when_none_are_told(path: str):
    assert b'"input_tokens"' in stream(path).body
    assert b'"input_tokens"' not in stream(path, FaultKind.NO_USAGE).body


def test_the_end_can_be_missing_and_the_finish_come_twice():
    assert name_events(stream("messages", FaultKind.NO_DONE))[-1] == "message_delta"
    assert name_events(stream("messages", FaultKind.TWO_FINISHES)).count("message_delta") == 2
    assert name_events(stream("responses", FaultKind.TWO_FINISHES)).count("response.completed") == 2


def read_to_the_end(client: socket.socket) -> tuple[bytes, str]:
    got = b""
    try:
        while piece := client.recv(65_536):
            got += piece
    except ConnectionResetError:
        return got, "reset"
    return got, "closed"


@pytest.mark.parametrize("after", [0, 2])
def test_a_reset_is_one_on_the_socket(after: int):
    body = json.dumps(STREAM).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with Upstream("one two three") as upstream:
        upstream.inject(Fault(kind=FaultKind.RESET, after=after))
        port = int(upstream.root_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(head + body)
            got, how = read_to_the_end(client)
        upstream.wait_for(open_requests=0)
        assert upstream.abandoned == 0
    assert (got.count(b"data: "), how) == (after, "reset")
