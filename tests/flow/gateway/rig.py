"""A gateway over real providers that talk HTTP to one `Upstream`, and what it writes down."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

import msgspec
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.gateway import (
    Alias,
    Anthropic,
    Call,
    Dialect,
    Gateway,
    Limits,
    ModelTarget,
    OpenAICompatible,
    Policy,
    Receipt,
    ReplyFacts,
    Timeouts,
    Wire,
    fields_of,
)
from plimsoll.gateway.wire import EventSplitter, StreamReader
from plimsoll.prices import ModelPrice
from plimsoll.records import Clock, Principal, Span, SystemClock
from plimsoll.testing import Upstream

PRICE = ModelPrice(input=1_000_000.0, output=4_000_000.0, cached_input=100_000.0, source="test")
"""A dollar for a token read, four for one written, ten cents for one from the cache."""
QUICK = Policy(first_wait_seconds=0.001, timeouts=Timeouts(total_seconds=10.0))
ONCE = msgspec.structs.replace(QUICK, retries=0)
IN_HASTE = Timeouts(
    connect_seconds=1.0, first_token_seconds=0.6, between_chunks_seconds=0.4, attempt_seconds=0.6, total_seconds=2.0
)
"""Time-outs that a test can wait for."""


class Kept:
    """A sink that keeps its spans."""

    def __init__(self) -> None:
        self.spans: list[Span] = []

    def put(self, span: Span) -> bool:
        self.spans.append(span)
        return True


class Streamed(NamedTuple):
    """A stream as its caller saw it."""

    events: list[bytes]
    facts: ReplyFacts
    receipt: Receipt


class Rig:
    """The gateway of one test."""

    def __init__(self, gateway: Gateway, sink: Kept, decisions: Sequence[float]) -> None:
        self.gateway = gateway
        self.sink = sink
        self.decisions = decisions
        """What was drawn: a number for each decision after a failure."""

    @property
    def span(self) -> Span:
        return self.sink.spans[-1]

    @property
    def events(self) -> list[str]:
        return [event.name for event in self.span.events]

    async def answer(self, call: Call | None = None) -> tuple[dict[str, object], Receipt]:
        reply = await self.gateway.answer(call or ask())
        return json.loads(reply.body), reply.receipt

    async def stream(self, wire: Wire = Wire.CHAT, **fields: object) -> Streamed:
        return await self.follow(ask(wire, stream=True, **fields))

    async def follow(self, call: Call) -> Streamed:
        events: list[bytes] = []
        splitter, reader = EventSplitter(), StreamReader(call.wire)
        async with self.gateway.stream(call) as reply:
            async for data in reply:
                for event in splitter.feed(data):
                    events.append(event)
                    reader.observe(event)
        assert splitter.finish() == b""
        return Streamed(events, reader.facts(), reply.receipt)


def ask(wire: Wire = Wire.CHAT, **fields: object) -> Call:
    """Return a call of the model `fast`; fields are added to its body."""
    body: dict[str, object] = {"model": "fast", "messages": [{"role": "user", "content": "Where is the ship?"}]}
    if wire is Wire.RESPONSES:
        body = {"model": "fast", "input": "Where is the ship?"}
    if wire is Wire.MESSAGES:
        body["max_tokens"] = 100
    sent = json.dumps(body | fields).encode()
    return Call(
        wire=wire,
        fields=fields_of(sent),
        model="fast",
        streams=fields.get("stream") is True,
        caller=Principal.local(),
        request_bytes=len(sent),
    )


def open_rig(
    upstream: Upstream,
    targets: Sequence[str] = ("openai/small",),
    policy: Policy = QUICK,
    *,
    more: Sequence[Alias] = (),
    clock: Clock | None = None,
) -> AbstractAsyncContextManager[Rig]:
    """Open a gateway whose model `fast` stands for these targets."""
    return open_rig_at(upstream.base_url, targets, policy, more=more, clock=clock)


@asynccontextmanager
async def open_rig_at(
    base_url: str,
    targets: Sequence[str] = ("openai/small",),
    policy: Policy = QUICK,
    *,
    more: Sequence[Alias] = (),
    clock: Clock | None = None,
) -> AsyncGenerator[Rig]:
    """Open a gateway over any server."""
    limits = Limits(answer_bytes=200_000, stream_bytes=200_000)
    openai = OpenAICompatible("openai", base_url=base_url, dialect=Dialect(has_responses=True), limits=limits)
    anthropic = Anthropic("anthropic", base_url=base_url, limits=limits)
    sink, decisions = Kept(), list[float]()

    def draw() -> float:
        decisions.append(0.5)
        return 0.5

    gateway = Gateway(
        {"openai": openai, "anthropic": anthropic},
        [Alias(name="fast", targets=tuple(map(target, targets)), policy=policy), *more],
        tracer=TracerProvider().get_tracer("test"),
        clock=clock or SystemClock(),
        sink=sink,
        draw=draw,
    )
    try:
        yield Rig(gateway, sink, decisions)
    finally:
        await gateway.close()


def target(name: str) -> ModelTarget:
    """Return the target behind `provider/model`."""
    provider, _, model = name.partition("/")
    return ModelTarget(alias="fast", provider=provider, model=model, price=PRICE)
