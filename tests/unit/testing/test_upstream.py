import json
import urllib.error
import urllib.request

import pytest

from plimsoll.testing import Fault, FaultKind, SeenRequest, Upstream


def post(upstream: Upstream, path: str, body: object) -> dict[str, object]:
    request = urllib.request.Request(  # a client other than our own
        f"{upstream.base_url}/{path}", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=5) as response:
        return json.loads(response.read())


def test_a_chat_is_answered_by_a_function_of_what_was_sent():
    def answer(seen: SeenRequest) -> str:
        return f"You use {seen.body['model']}."

    with Upstream(answer) as upstream:
        body = post(upstream, "chat/completions", {"model": "m", "messages": []})
    assert "You use m." in json.dumps(body)
    assert [seen.path for seen in upstream.requests] == ["/v1/chat/completions"]


def test_every_text_gets_a_vector():
    with Upstream() as upstream:
        body = post(upstream, "embeddings", {"model": "m", "input": ["a", "bb"]})
    assert json.dumps(body).count("embedding") == 4


def test_faults_are_used_one_a_request():
    with Upstream() as upstream:
        upstream.inject(Fault(kind=FaultKind.STATUS, status=429, retry_after="3"))
        with pytest.raises(urllib.error.HTTPError) as raised:
            post(upstream, "chat/completions", {"model": "m"})
        with raised.value as refused:
            assert (refused.code, refused.headers["Retry-After"]) == (429, "3")
        assert post(upstream, "chat/completions", {"model": "m"})["object"] == "chat.completion"


def test_a_standing_fault_holds_until_it_is_lifted():
    with Upstream() as upstream:
        upstream.inject_always(FaultKind.NO_USAGE)
        kept = ["usage" in post(upstream, "chat/completions", {}) for _ in range(3)]
        upstream.inject_always(None)
        assert [*kept, "usage" in post(upstream, "chat/completions", {})] == [False, False, False, True]


def test_leaving_ends_requests_that_hang():
    with Upstream() as upstream:
        upstream.inject(FaultKind.HANG)
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(urllib.request.Request(f"{upstream.base_url}/models"), timeout=0.1)
    assert upstream.abandoned == 1
