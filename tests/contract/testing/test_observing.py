"""What the test provider tells of its requests: their bytes, how many are open, who left, who waits."""

import asyncio
import threading

import aiohttp
import pytest

from plimsoll.testing import Fault, FaultKind, Upstream

from contract.testing.parts import PLAIN, STREAM, Heard, post, talk

CALLERS = 200


def test_the_bytes_of_a_request_are_kept_as_they_came():
    async def send(upstream: Upstream, body: bytes) -> int:
        url = f"{upstream.base_url}/chat/completions?a=1"
        async with aiohttp.ClientSession() as client, client.post(url, data=body) as response:
            return response.status

    raw = b'{ "model":"m",\n "odd" : 1.50, "messages":[]}  '
    with Upstream() as upstream:
        assert asyncio.run(send(upstream, raw)) == 200
        seen = upstream.requests[0]
        assert (seen.raw, seen.model, seen.query, seen.number) == (raw, "m", "a=1", 1)
        assert asyncio.run(send(upstream, b"{oops")) == 200
        assert (upstream.requests[1].raw, upstream.requests[1].body) == (b"{oops", {})


def test_a_form_is_split_into_texts_and_files():
    async def send(upstream: Upstream) -> dict[str, object]:
        form = aiohttp.FormData({"model": "whisper", "prompt": "a\nb"})
        form.add_field("file", b"\r\n\x00--\xff\r\n", filename="ahoy.wav", content_type="audio/wav")
        form.add_field("response_format", "json")
        url = f"{upstream.base_url}/audio/transcriptions"
        async with aiohttp.ClientSession() as client, client.post(url, data=form) as response:
            return await response.json()

    with Upstream() as upstream:
        answer = asyncio.run(send(upstream))
        seen = upstream.requests[0]
    assert answer["text"] == "ahoy.wav: 8 bytes"
    assert (seen.model, seen.body["prompt"], seen.body["response_format"]) == ("whisper", "a\nb", "json")
    assert [(file.field, file.name, file.content_type, file.content) for file in seen.files] == [
        ("file", "ahoy.wav", "audio/wav", b"\r\n\x00--\xff\r\n")
    ]


def test_200_callers_wait_at_once_and_all_are_answered():
    async def ask_all(upstream: Upstream) -> list[Heard]:
        upstream.hold()
        asking = [asyncio.create_task(post(upstream, STREAM if n % 2 else PLAIN)) for n in range(CALLERS)]
        await asyncio.to_thread(upstream.wait_for, waiting=CALLERS, open_requests=CALLERS)
        upstream.release()
        return await asyncio.gather(*asking)

    threads = threading.active_count()
    with Upstream() as upstream:
        heard = asyncio.run(ask_all(upstream))
        upstream.wait_for(requests=CALLERS, open_requests=0, seconds=1)
        assert (upstream.most_at_once, upstream.open_requests, upstream.abandoned) == (CALLERS, 0, 0)
    assert [one.status for one in heard] == [200] * CALLERS
    assert threading.active_count() == threads


def test_200_clients_that_leave_their_streams_leave_nothing_behind():
    async def ask_all(upstream: Upstream) -> list[Heard]:
        asking = [asyncio.create_task(post(upstream, STREAM)) for _ in range(CALLERS)]
        await asyncio.to_thread(upstream.wait_for, waiting=CALLERS)
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)
        await asyncio.to_thread(upstream.wait_for, abandoned=CALLERS, open_requests=0, seconds=1)
        upstream.inject_always(None)
        return [await post(upstream, STREAM)]

    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STALL, after=2))
        assert asyncio.run(ask_all(upstream))[0].text == "pong"
        assert (upstream.abandoned, upstream.open_requests, upstream.most_at_once) == (CALLERS, 0, CALLERS)


def test_one_caller_after_another_is_never_two_at_once():
    with Upstream() as upstream:
        assert [talk(upstream, PLAIN).status for _ in range(3)] == [200] * 3
        assert upstream.most_at_once == 1


def test_what_hangs_is_answered_when_released():
    async def ask(upstream: Upstream) -> Heard:
        asking = asyncio.create_task(post(upstream, PLAIN))
        await asyncio.to_thread(upstream.wait_for, waiting=1)
        upstream.release()
        return await asking

    with Upstream("late") as upstream:
        upstream.inject(FaultKind.HANG)
        assert asyncio.run(ask(upstream)).completion.choices[0].message.content == "late"


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.STALL, FaultKind.SLOW_TOKENS, FaultKind.LATENCY])
def test_a_client_that_leaves_is_counted_within_a_second(kind: FaultKind):
    with Upstream() as upstream:
        upstream.inject(Fault(kind=kind, seconds=60, after=1))
        assert talk(upstream, STREAM, seconds=0.05).error == "TimeoutError"
        upstream.wait_for(abandoned=1, open_requests=0, seconds=1)
        assert upstream.abandoned == 1


def test_a_client_that_leaves_while_it_is_held_is_counted():
    with Upstream() as upstream:
        upstream.hold()
        assert talk(upstream, PLAIN, seconds=0.05).error == "TimeoutError"
        upstream.wait_for(abandoned=1, open_requests=0, seconds=1)
        upstream.release()
        assert talk(upstream, PLAIN).status == 200


def test_waiting_in_vain_says_what_was_seen():
    with Upstream() as upstream:
        talk(upstream, PLAIN)
        with pytest.raises(TimeoutError, match="1 requests, 0 abandoned, 0 open, 0 waiting"):
            upstream.wait_for(requests=2, seconds=0.01)


def test_only_the_last_requests_are_kept_and_all_are_counted():
    with Upstream(remembers=2) as upstream:
        for _ in range(3):
            talk(upstream, PLAIN)
        upstream.wait_for(requests=3)
        assert [seen.number for seen in upstream.list_requests()] == [2, 3]
