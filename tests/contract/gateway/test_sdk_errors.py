"""Each failure as the exception class that users of the official SDKs catch, from our side and from the provider's."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anthropic
import openai
import pytest
from anthropic import AsyncAnthropic
from openai import AsyncOpenAI

from plimsoll.server import Limits
from plimsoll.testing import Fault, FaultKind, Upstream

from contract.gateway.fronted import KEY, fronted

pytestmark = pytest.mark.anyio
PING: Any = [{"role": "user", "content": "ping"}]


class Clients:
    """Both SDKs in front of one server."""

    def __init__(self, openai_client: AsyncOpenAI, anthropic_client: AsyncAnthropic) -> None:
        self.openai = openai_client
        self.anthropic = anthropic_client

    async def ask_openai(self, **options: Any) -> Any:
        create: Any = self.openai.chat.completions.create
        return await create(**{"model": "fast", "messages": PING} | options)

    async def ask_anthropic(self, **options: Any) -> Any:
        create: Any = self.anthropic.messages.create
        return await create(**{"model": "claude/m", "max_tokens": 9, "messages": PING} | options)


@asynccontextmanager
async def clients_of(
    folder: Path, upstream: Upstream, *, key: str = "unused", **options: Any
) -> AsyncGenerator[Clients]:
    settings = f'[providers.claude]\nbase_url = "{upstream.base_url}"\nwire = "anthropic"\napi_key_env = "UP_KEY"\n'
    async with (
        fronted(folder, upstream, settings, **options) as server,
        AsyncOpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0) as one,
        AsyncAnthropic(base_url=server.url, api_key=key, max_retries=0) as other,
    ):
        yield Clients(one, other)


@pytest.mark.parametrize(
    ("status", "ours", "name"),
    [
        (400, 400, "BadRequestError"),
        (404, 404, "NotFoundError"),
        (413, 413, "APIStatusError"),
        (422, 422, "UnprocessableEntityError"),
        (429, 429, "RateLimitError"),
        (401, 502, "InternalServerError"),
        (403, 502, "InternalServerError"),
        (500, 502, "InternalServerError"),
        (503, 502, "InternalServerError"),
    ],
)
async def test_a_providers_failure_has_its_class(tmp_path: Path, *, status: int, ours: int, name: str):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=status, message="said the provider"))
        async with clients_of(tmp_path, upstream) as clients:
            with pytest.raises(openai.APIStatusError, match="said the provider") as first:
                await clients.ask_openai()
            with pytest.raises(anthropic.APIStatusError, match="said the provider") as second:
                await clients.ask_anthropic()
    assert isinstance(first.value, getattr(openai, name))
    assert isinstance(second.value, getattr(anthropic, name))
    assert (first.value.status_code, second.value.status_code) == (ours, ours)
    assert KEY not in first.value.message + second.value.message


async def test_a_callers_own_mistakes_have_their_classes(tmp_path: Path):
    with Upstream() as upstream:
        async with clients_of(tmp_path, upstream, key="plim_x_y") as clients:
            with pytest.raises(openai.AuthenticationError):
                await clients.ask_openai()
            with pytest.raises(anthropic.AuthenticationError):
                await clients.ask_anthropic()
    with Upstream() as upstream:
        async with clients_of(tmp_path, upstream, limits=Limits(upload_bytes=1_000)) as clients:
            with pytest.raises(openai.NotFoundError, match="'fast'"):
                await clients.ask_openai(model="fats")
            with pytest.raises(anthropic.NotFoundError, match="'fast'"):
                await clients.ask_anthropic(model="fats")
            with pytest.raises(openai.APIStatusError, match="larger than") as large:
                await clients.ask_openai(user="x" * 1_000)
            with pytest.raises(anthropic.RequestTooLargeError, match="larger than"):
                await clients.ask_anthropic(system="x" * 1_000)
    assert large.value.status_code == 413


async def test_a_key_that_may_not_is_denied(tmp_path: Path):
    with Upstream() as upstream:
        async with fronted(tmp_path, upstream) as server:
            key = (await server.keys.create("user", scopes=("ask",))).secret.reveal()
            async with (
                AsyncOpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0) as one,
                AsyncAnthropic(base_url=server.url, api_key=key, max_retries=0) as other,
            ):
                clients = Clients(one, other)
                with pytest.raises(openai.PermissionDeniedError, match="'models'"):
                    await clients.ask_openai()
                with pytest.raises(anthropic.PermissionDeniedError, match="'models'"):
                    await clients.ask_anthropic()


async def test_a_base_url_with_v1_missing_or_twice_is_explained(tmp_path: Path):
    with Upstream() as upstream:
        async with (
            fronted(tmp_path, upstream) as server,
            AsyncOpenAI(base_url=server.url, api_key="unused", max_retries=0) as one,
            AsyncAnthropic(base_url=f"{server.url}/v1", api_key="unused", max_retries=0) as other,
        ):
            clients = Clients(one, other)
            with pytest.raises(openai.NotFoundError, match="'/v1/chat/completions' was meant"):
                await clients.ask_openai()
            with pytest.raises(anthropic.NotFoundError, match="'/v1/messages' was meant"):
                await clients.ask_anthropic()


async def test_a_busy_provider_says_when_to_come_back(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(Fault(kind=FaultKind.STATUS, status=429, retry_after="7"))
        async with clients_of(tmp_path, upstream) as clients:
            with pytest.raises(openai.RateLimitError) as busy:
                await clients.ask_openai()
    assert busy.value.response.headers["retry-after"] == "7"


async def test_a_provider_that_cannot_be_reached_is_no_fault_of_the_caller(tmp_path: Path):
    with Upstream() as upstream:
        upstream.inject_always(FaultKind.RESET)
        async with clients_of(tmp_path, upstream) as clients:
            with pytest.raises(openai.InternalServerError) as cut:
                await clients.ask_openai()
            with pytest.raises(anthropic.InternalServerError):
                await clients.ask_anthropic(stream=True)
    assert cut.value.code == "provider_unreachable"


async def test_a_stream_that_breaks_raises_in_the_midst_of_it(tmp_path: Path):
    with Upstream("one two three four") as upstream:
        upstream.inject_always(Fault(kind=FaultKind.RESET, after=5))
        async with clients_of(tmp_path, upstream) as clients:
            with pytest.raises(openai.APIError):
                await read_out(await clients.ask_openai(stream=True))
            with pytest.raises(anthropic.APIError):
                await read_out(await clients.ask_anthropic(stream=True))


async def read_out(stream: Any) -> None:
    async for _ in stream:
        pass
