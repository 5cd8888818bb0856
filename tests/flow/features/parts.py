"""What the flows of features share: a runner over a scripted model and a fixed corpus, with every span kept."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from plimsoll.errors import UpstreamError
from plimsoll.features import Answer, Failures, Feature, FeatureRunner, Question, Retrieval
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, Scripted, ScriptedReply
from plimsoll.knowledge import Degradation, Finding, RetrievalPlan
from plimsoll.prices import ModelPrice
from plimsoll.records import Message, Passage, Principal, SystemClock

PROMPT = """---
temperature: 0
---
<!-- system -->
Answer from the passages.
<!-- user -->
{% for passage in passages %}
[{{ loop.index }}] {{ passage.text }}
{% endfor %}
Question: {{ input.text }}
"""
RETURNS = Passage(
    chunk_id="c1",
    document_id="d1",
    source="returns.md",
    title="Returns",
    start=100,
    text="Customers may return an item within 30 days of delivery.",
)
GOOD = '{"answer": "Within 30 days.", "quotes": [{"passage": 1, "quote": "within 30 days of delivery"}]}'
Reply = str | ScriptedReply | UpstreamError
Replies = Sequence[Reply] | Callable[[ChatRequest], Reply]


class Found(msgspec.Struct, frozen=True):
    """What the fixed corpus finds."""

    passages: tuple[Passage, ...] = (RETURNS,)
    is_answerable: bool = True
    degraded: tuple[Degradation, ...] = ()
    stale: bool = False

    @property
    def finding(self) -> Finding:
        if self.stale:
            return "stale"
        if not self.passages:
            return "empty"
        return "found" if self.is_answerable else "irrelevant"


class FixedCorpus:
    """A retriever that always finds the same, or raises, or never answers."""

    def __init__(self, found: Found | Exception | None = None) -> None:
        self.found = found
        self.asked: list[tuple[str, int, str]] = []
        self.was_asked = asyncio.Event()
        self.plan = RetrievalPlan()
        self.constants: dict[str, object] = {}
        self.plans: list[RetrievalPlan] = []
        self.conversations: list[tuple[Message, ...]] = []
        self.closed: frozenset[str] = frozenset()

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        del caller
        return frozenset(chunk_ids) - self.closed

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message]
    ) -> Found:
        self.asked.append((query, plan.passages, caller.id))
        self.plans.append(plan)
        self.conversations.append(tuple(conversation))
        self.was_asked.set()
        if self.found is None:
            await asyncio.Event().wait()
        if isinstance(self.found, Exception):
            raise self.found
        return self.found or Found()


class Bench(NamedTuple):
    """A runner and what it did."""

    runner: FeatureRunner
    model: Scripted
    corpus: FixedCorpus
    exporter: InMemorySpanExporter
    tracer: Tracer

    def spans(self, prefix: str = "") -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name.startswith(prefix)]

    def root(self) -> ReadableSpan:
        (root,) = self.spans("feature ")
        return root

    def events(self) -> list[str]:
        return sorted(event.name for span in self.spans() for event in span.events)


def make_bench(
    root: Path, replies: Sequence[Reply] | Callable[[ChatRequest], Reply], found: Found | Exception | None = None
) -> Bench:
    (root / "answer.md").write_text(PROMPT, encoding="utf-8")
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("test")
    model = Scripted(replies)
    target = ModelTarget(
        alias="default", provider="scripted", model="small", price=ModelPrice(input=1.0, output=2.0, source="test")
    )
    gateway = Gateway({"scripted": model}, [Alias.of(target)], tracer=tracer, clock=SystemClock())
    corpus = FixedCorpus(found)
    runner = FeatureRunner(
        gateway=gateway, retrievers={"handbook": corpus}, root=root, tracer=tracer, clock=SystemClock()
    )
    return Bench(runner, model, corpus, exporter, tracer)


def docs_answer(*, on: Failures | None = None, timeout_seconds: float = 10) -> Feature[Question, Answer]:
    return Feature(
        "docs_answer",
        input=Question,
        output=Answer,
        prompt="answer.md",
        retrieval=Retrieval("handbook", passages=4),
        on=on or Failures(),
        timeout_seconds=timeout_seconds,
    )
