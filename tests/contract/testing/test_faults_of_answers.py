"""Each fault that an answer sent whole can have, as it reaches a client, and whom it reaches."""

import json

import pytest

from plimsoll.testing import Fault, FaultKind, SaidUsage, Upstream
from plimsoll.testing.acting.whole import WHOLE_ACTS

from contract.testing.parts import PLAIN, STREAM, Heard, talk

MESSAGES = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "ping"}]}


def strike(fault: Fault | FaultKind, *, seconds: float = 5.0, path: str = "chat/completions") -> Heard:
    """Ask under a fault, and prove that the next request is healthy again."""
    with Upstream() as upstream:
        upstream.inject(fault)
        heard = talk(upstream, PLAIN, path, seconds=seconds)
        assert talk(upstream, PLAIN, path).status == 200
    return heard


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        (FaultKind.LATENCY, 200, ""),
        (FaultKind.SLOW_START, 200, ""),
        (FaultKind.HANG, 0, "TimeoutError"),
        (FaultKind.STATUS, 500, ""),
        (FaultKind.RESET, 0, "ClientOSError"),
        (FaultKind.TRUNCATED, 200, "ClientPayloadError"),
        (FaultKind.CUT_JSON, 200, ""),
        (FaultKind.MALFORMED, 200, ""),
        (FaultKind.WRONG_TYPE, 200, ""),
        (FaultKind.NO_USAGE, 200, ""),
        (FaultKind.OVERSIZE, 200, ""),
        (FaultKind.DRIP, 200, "TimeoutError"),
        (FaultKind.REDIRECT, 307, ""),
    ],
)
def test_each_kind_reaches_the_client(kind: FaultKind, status: int, error: str):
    heard = strike(kind, seconds=0.15 if error == "TimeoutError" else 5)
    assert (heard.status, heard.error) == (status, error)


def test_the_table_above_is_complete():
    assert len(WHOLE_ACTS) == 13
    assert set(WHOLE_ACTS) < set(FaultKind)


@pytest.mark.parametrize("kind", [FaultKind.TRUNCATED, FaultKind.CUT_JSON, FaultKind.MALFORMED, FaultKind.WRONG_TYPE])
def test_a_spoiled_body_is_no_json(kind: FaultKind):
    heard = strike(kind)
    with pytest.raises(json.JSONDecodeError):
        json.loads(heard.body)
    assert heard.headers["content-type"].startswith("text/html" if kind is FaultKind.WRONG_TYPE else "application/json")


def test_bodies_are_oversize_or_without_tokens():
    assert len(strike(Fault(kind=FaultKind.OVERSIZE, size=300_000)).body) > 300_000
    assert strike(FaultKind.NO_USAGE).completion.usage is None


@pytest.mark.parametrize("path", ["audio/speech", "embeddings", "responses", "messages"])
@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.TRUNCATED, FaultKind.NO_USAGE, FaultKind.OVERSIZE])
def test_every_path_can_fail(path: str, kind: FaultKind):
    with Upstream(usage=SaidUsage()) as upstream:
        upstream.inject(Fault(kind=kind, status=503))
        heard = talk(upstream, {**MESSAGES, "input": "text"}, path)
    assert (heard.status, heard.error) == (
        503 if kind is FaultKind.STATUS else 200,
        "ClientPayloadError" if kind is FaultKind.TRUNCATED else "",
    )
    assert b'"usage"' not in heard.body or kind is not FaultKind.NO_USAGE


@pytest.mark.parametrize("retry_after", ["7", "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_a_refusal_says_when_to_come_back(retry_after: str):
    heard = strike(Fault(kind=FaultKind.STATUS, status=429, retry_after=retry_after, retry_after_ms=250))
    assert (heard.headers["retry-after"], heard.headers["retry-after-ms"]) == (retry_after, "250")


def test_a_refusal_has_the_shape_of_its_wire():
    fault = Fault(kind=FaultKind.STATUS, status=400, message="too long", code="context_length_exceeded")
    chat = {"message": "too long", "type": "invalid_request_error", "param": None, "code": "context_length_exceeded"}
    assert strike(fault).fields == {"error": chat}
    overloaded = strike(Fault(kind=FaultKind.STATUS, status=529, message="busy"), path="messages")
    said = {"type": "overloaded_error", "message": "busy"}
    assert overloaded.fields == {"type": "error", "error": said, "request_id": "req_1"}
    assert overloaded.headers["request-id"] == "req_1"


def test_one_server_plays_a_dead_primary_and_a_healthy_secondary():
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=503), model="dead")
        answers = [talk(upstream, {**PLAIN, "model": name}).status for name in ("dead", "well", "dead")]
        assert answers == [503, 200, 503]
        assert len(upstream.list_requests(model="dead")) == 2
        upstream.inject_always(None, model="dead")
        assert talk(upstream, {**PLAIN, "model": "dead"}).status == 200


def test_what_holds_for_one_goes_before_what_holds_for_all():
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=500))
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=503, path="/embeddings"))
        upstream.inject_always(FaultKind.LATENCY, model="well")
        asked = [("a", "chat/completions"), ("a", "embeddings"), ("well", "chat/completions")]
        answers = [talk(upstream, {**PLAIN, "model": name}, path).status for name, path in asked]
        upstream.inject_always(None)
        assert [*answers, talk(upstream, PLAIN).status] == [500, 503, 200, 200]


def test_a_queued_fault_waits_for_the_request_it_is_meant_for():
    with Upstream() as upstream:
        upstream.inject(
            Fault(kind=FaultKind.STATUS, status=503, model="dead"), Fault(kind=FaultKind.STATUS, status=429)
        )
        answers = [talk(upstream, {**PLAIN, "model": name}).status for name in ("well", "well", "dead", "dead")]
    assert answers == [429, 200, 503, 200]


def test_what_only_a_stream_can_have_leaves_a_path_alone_that_never_streams():
    with Upstream() as upstream:
        upstream.inject(FaultKind.END_EARLY)
        assert talk(upstream, {**STREAM, "input": "text"}, "embeddings").status == 200
