import asyncio
from collections.abc import Iterator

import pytest

from plimsoll.errors import (
    InvalidSettings,
    ProviderBusy,
    ProviderRefused,
    ProviderTimeout,
    ProviderUnreachable,
    RequestRejected,
    UnusableAnswer,
    UpstreamError,
)
from plimsoll.gateway import ChatReply, ChatRequest, Dialect, Limits, ModelTarget, OpenAICompatible
from plimsoll.records import Message, Secret
from plimsoll.testing import Fault, FaultKind, Upstream

from unit.gateway.asking import ask as ask_once

KEY = "sk-very-secret-0123456789"
TARGET = ModelTarget(alias="fast", provider="remote", model="small-1")
REQUEST = ChatRequest(model="fast", messages=(Message(role="user", content="ping"),), timeout_seconds=5)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


def ask(upstream: Upstream, request: ChatRequest = REQUEST, **settings: object) -> ChatReply:
    options = {"base_url": upstream.base_url, "api_key": Secret(KEY), **settings}

    provider = OpenAICompatible("remote", **options)  # pyright: ignore[reportArgumentType]
    return ask_once(provider, request, TARGET)


def wait_for(seconds: float = 0.3) -> ChatRequest:
    return ChatRequest(model="fast", messages=REQUEST.messages, timeout_seconds=seconds)


def test_only_what_was_asked_for_is_sent(upstream: Upstream):
    ask(upstream)
    (seen,) = upstream.requests
    assert seen.body == {"model": "small-1", "messages": [{"role": "user", "content": "ping"}]}
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.path == "/v1/chat/completions"


def test_settings_of_a_request_are_sent_in_the_providers_words(upstream: Upstream):
    schema: dict[str, object] = {"type": "object", "properties": {"a": {"type": "string"}}}
    request = ChatRequest(
        model="fast", messages=REQUEST.messages, temperature=0.5, max_output_tokens=9, response_schema=schema
    )
    ask(upstream, request, dialect=Dialect(output_limit="max_completion_tokens"))
    sent = upstream.requests[-1].body
    assert (sent["temperature"], sent["max_completion_tokens"]) == (0.5, 9)
    assert sent["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "answer", "schema": schema, "strict": False},
    }


@pytest.mark.parametrize(
    ("schema", "expected"), [("json_object", {"type": "json_object"}), ("prompt", None)], ids=["object", "prompt"]
)
def test_a_shape_is_asked_for_as_the_provider_can(upstream: Upstream, schema: str, expected: object):
    request = ChatRequest(model="fast", messages=REQUEST.messages, response_schema={"type": "object"})
    ask(upstream, request, dialect=Dialect(schema=schema))  # pyright: ignore[reportArgumentType]
    assert upstream.requests[-1].body.get("response_format") == expected


def test_no_key_sends_no_authorization(upstream: Upstream):
    ask(upstream, api_key=None)
    assert "authorization" not in upstream.requests[-1].headers


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Fault(kind=FaultKind.STATUS, status=400, message="bad request."), RequestRejected, "HTTP 400: bad request."),
        (Fault(kind=FaultKind.STATUS, status=401, message="no"), ProviderRefused, "Check the provider's key."),
        (Fault(kind=FaultKind.STATUS, status=404, message="no model"), ProviderRefused, "Check the model's name"),
        (Fault(kind=FaultKind.STATUS, status=429, retry_after="7"), ProviderBusy, "Wait 7 s."),
        (Fault(kind=FaultKind.STATUS, status=503), ProviderRefused, "HTTP 503: injected fault."),
        (Fault(kind=FaultKind.REDIRECT), ProviderRefused, "HTTP 307"),
        (Fault(kind=FaultKind.RESET), ProviderUnreachable, "Check the address"),
        (Fault(kind=FaultKind.TRUNCATED), ProviderUnreachable, "failed"),
        (Fault(kind=FaultKind.CUT_JSON), UnusableAnswer, "cannot be read"),
        (Fault(kind=FaultKind.MALFORMED), UnusableAnswer, "cannot be read"),
        (Fault(kind=FaultKind.WRONG_TYPE), UnusableAnswer, "'text/html' instead of JSON"),
        (Fault(kind=FaultKind.OVERSIZE, size=300_000), UnusableAnswer, "more than 200000 bytes"),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else "",
)
def test_every_failure_has_its_error(fault: Fault, error: type[UpstreamError], said: str):
    with Upstream() as upstream:
        upstream.inject(fault)
        with pytest.raises(error) as raised:
            ask(upstream, limits=Limits(answer_bytes=200_000))
    assert said in str(raised.value)


@pytest.mark.parametrize("kind", [FaultKind.HANG, FaultKind.DRIP])
def test_a_provider_that_does_not_answer_in_time_is_left(upstream: Upstream, kind: FaultKind):
    upstream.inject(kind)
    with pytest.raises(ProviderTimeout, match=r"'remote' did not answer within 0\.[23]\d* s\."):
        ask(upstream, wait_for(0.3))


def test_nobody_listening_is_unreachable():
    with Upstream() as gone:
        pass
    with pytest.raises(ProviderUnreachable, match="Check the address and whether the server runs"):
        ask(gone)


def test_the_key_never_reaches_a_message(upstream: Upstream):
    upstream.inject(Fault(kind=FaultKind.STATUS, status=401, message=f"key {KEY} is wrong"))
    with pytest.raises(ProviderRefused) as raised:
        ask(upstream)
    assert KEY not in str(raised.value)
    assert "key *** is wrong" in str(raised.value)


def test_a_long_complaint_is_cut(upstream: Upstream):
    upstream.inject(Fault(kind=FaultKind.STATUS, status=500, message="x" * 5_000))
    with pytest.raises(ProviderRefused) as raised:
        ask(upstream)
    assert len(str(raised.value)) < 400


def test_tokens_that_the_provider_did_not_count_are_estimated_and_marked(upstream: Upstream):
    upstream.inject(FaultKind.NO_USAGE)
    usage = ask(upstream).usage
    assert (usage.input_tokens, usage.output_tokens, usage.is_estimated) == (1, 1, True)


def test_a_late_answer_in_time_is_an_answer(upstream: Upstream):
    upstream.inject(Fault(kind=FaultKind.LATENCY, seconds=0.05))
    assert ask(upstream).text == "pong"


def test_models_are_listed_in_the_servers_order():
    async def names(server: Upstream) -> tuple[str, ...]:
        provider = OpenAICompatible("remote", base_url=server.base_url)
        try:
            return await provider.list_models()
        finally:
            await provider.close()

    with Upstream(models=("b", "a")) as server:
        assert asyncio.run(names(server)) == ("b", "a")


@pytest.mark.parametrize("url", ["http://me:hunter2@host/v1", "http://host/v1?key=hunter2", "http://host/v1#hunter2"])
def test_a_base_url_with_a_secret_is_refused_and_not_shown(url: str):
    with pytest.raises(InvalidSettings, match="more than an address") as refused:
        OpenAICompatible("remote", base_url=url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["ftp://host/v1", "host:8000", "http://", "http://host:99999/v1", "http://a b/v1", "http://[::1/v1"]
)
def test_a_base_url_that_cannot_be_called_is_refused(url: str):
    with pytest.raises(InvalidSettings, match="which is no http or https URL"):
        OpenAICompatible("remote", base_url=url)
