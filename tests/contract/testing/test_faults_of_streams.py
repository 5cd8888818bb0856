"""Each fault that a stream can have, as it reaches a client."""

import asyncio
import json

import pytest

from plimsoll.testing import Fault, FaultKind, Upstream
from plimsoll.testing.acting.streams import STREAM_ACTS

from contract.testing.parts import PLAIN, STREAM, Heard, post, talk

TEXT = "Füße an Bord 🚢 naïve"
EVENTS = 9
"""Role, five words, the finish, the tokens, `[DONE]`."""


def strike(fault: Fault | FaultKind, *, seconds: float = 5.0) -> Heard:
    """Stream an answer under a fault, and prove that the next request is healthy again."""
    with Upstream(TEXT) as upstream:
        upstream.inject(fault)
        heard = talk(upstream, STREAM, seconds=seconds)
        assert len(talk(upstream, STREAM).events) == EVENTS
    return heard


def usages(heard: Heard) -> list[tuple[int, bool]]:
    """Where tokens were told: the number of the chunk, and whether it carried a choice."""
    return [(place, bool(chunk.choices)) for place, chunk in enumerate(heard.chunks) if chunk.usage]


def test_every_kind_has_a_meaning_in_streams():
    assert set(STREAM_ACTS) == set(FaultKind)


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_stream_can_be_reset_after_some_events(after: int):
    heard = strike(Fault(kind=FaultKind.RESET, after=after))
    assert (len(heard.events), heard.error) == (after, "ClientPayloadError" if after else "ClientOSError")


@pytest.mark.parametrize("after", [0, 1, 3])
def test_a_stream_can_break_off_within_an_event(after: int):
    heard = strike(Fault(kind=FaultKind.TRUNCATED, after=after))
    assert (len(heard.events), heard.error) == (after, "ClientPayloadError")
    assert not heard.body.endswith(b"\n\n")


@pytest.mark.parametrize("after", [0, 3])
def test_a_stream_can_end_well_within_an_event(after: int):
    heard = strike(Fault(kind=FaultKind.CUT_JSON, after=after))
    assert (len(heard.events), heard.error) == (after, "")
    assert not heard.body.endswith(b"\n\n")


@pytest.mark.parametrize("after", [0, 3])
def test_a_stream_can_end_well_and_too_early(after: int):
    heard = strike(Fault(kind=FaultKind.END_EARLY, after=after))
    assert (len(heard.events), heard.error) == (after, "")


def test_an_event_in_the_middle_can_be_nonsense():
    heard = strike(Fault(kind=FaultKind.MALFORMED, after=2))
    assert (len(heard.events), heard.events[-1]) == (EVENTS, b"[DONE]")
    with pytest.raises(json.JSONDecodeError):
        json.loads(heard.events[2])


def test_a_stream_can_say_that_it_failed():
    heard = strike(Fault(kind=FaultKind.ERROR_EVENT, after=2, status=429, message="too much", code="slow_down"))
    assert len(heard.events) == 3
    error = {"message": "too much", "type": "rate_limit_error", "param": None, "code": "slow_down"}
    assert heard.chunks[-1].error == error


@pytest.mark.parametrize("kind", [FaultKind.STALL, FaultKind.DRIP])
def test_a_stream_can_fall_silent_until_its_client_leaves(kind: FaultKind):
    with Upstream(TEXT) as upstream:
        upstream.inject(Fault(kind=kind, after=3))
        heard = talk(upstream, STREAM, seconds=0.1)
        upstream.wait_for(abandoned=1, open_requests=0, seconds=1)
    assert (len(heard.events), heard.error) == (3, "TimeoutError")


def test_a_stalled_stream_goes_on_when_released():
    async def stall(upstream: Upstream) -> Heard:
        asking = asyncio.create_task(post(upstream, STREAM))
        await asyncio.to_thread(upstream.wait_for, waiting=1)
        upstream.release()
        return await asking

    with Upstream(TEXT) as upstream:
        upstream.inject(Fault(kind=FaultKind.STALL, after=3))
        heard = asyncio.run(stall(upstream))
    assert (heard.text, len(heard.events)) == (TEXT, EVENTS)


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.LATENCY,
        FaultKind.SLOW_START,
        FaultKind.SLOW_TOKENS,
        FaultKind.HEARTBEATS,
        FaultKind.SPLIT,
        FaultKind.JOINED,
        FaultKind.CRLF,
    ],
)
def test_what_is_slow_or_oddly_cut_still_says_the_same(kind: FaultKind):
    heard = strike(kind)
    assert (heard.text, len(heard.events), heard.error) == (TEXT, EVENTS, "")


def test_headers_come_before_a_slow_first_event_and_not_before_a_late_answer():
    slow = strike(Fault(kind=FaultKind.SLOW_START, seconds=5), seconds=0.1)
    late = strike(Fault(kind=FaultKind.LATENCY, seconds=5), seconds=0.1)
    assert [(heard.status, heard.body, heard.error) for heard in (slow, late)] == [
        (200, b"", "TimeoutError"),
        (0, b"", "TimeoutError"),
    ]


def test_pauses_stand_between_events():
    heard = strike(Fault(kind=FaultKind.SLOW_TOKENS, seconds=5), seconds=0.1)
    assert (len(heard.events), heard.error) == (1, "TimeoutError")


def test_writes_end_at_odd_places_and_within_characters():
    heard = strike(FaultKind.SPLIT)
    assert len(heard.pieces) > EVENTS
    assert any(0x80 <= piece[0] < 0xC0 for piece in heard.pieces)


def test_comments_and_line_ends_are_what_they_are_called():
    assert strike(FaultKind.HEARTBEATS).body.count(b": still here\n\n") == EVENTS
    assert strike(FaultKind.CRLF).body.count(b"\r\n\r\n") == EVENTS
    assert len(strike(FaultKind.JOINED).pieces) == 1


def test_the_end_can_be_missing_and_the_finish_come_twice():
    missing, twice = strike(FaultKind.NO_DONE), strike(FaultKind.TWO_FINISHES)
    assert (len(missing.events), b"[DONE]" in missing.body) == (EVENTS - 1, False)
    assert (len(twice.events), twice.body.count(b'"finish_reason":"stop"')) == (EVENTS + 1, 2)


def test_tokens_can_stand_elsewhere_or_nowhere():
    assert usages(strike(FaultKind.NO_USAGE)) == []
    assert usages(strike(FaultKind.USAGE_ON_CHOICE)) == [(6, True)]
    assert usages(strike(FaultKind.USAGE_IN_MIDDLE)) == [(3, True)]


def test_one_event_can_be_huge():
    heard = strike(Fault(kind=FaultKind.OVERSIZE, after=2, size=300_000))
    assert [len(event) > 300_000 for event in heard.events] == [False, False, True, *[False] * 6]


def test_a_stream_can_be_refused_before_it_begins():
    heard = strike(Fault(kind=FaultKind.STATUS, status=503, message="down"))
    assert (heard.status, (heard.completion.error or {})["message"]) == (503, "down")
    assert strike(FaultKind.WRONG_TYPE).headers["content-type"] == "text/html"
    assert strike(FaultKind.REDIRECT).status == 307
    assert strike(FaultKind.HANG, seconds=0.1).status == 0


def test_what_only_a_stream_can_have_is_kept_for_a_stream():
    with Upstream() as upstream:
        upstream.inject(Fault(kind=FaultKind.END_EARLY, after=1))
        assert talk(upstream, PLAIN).status == 200
        assert len(talk(upstream, STREAM).events) == 1
