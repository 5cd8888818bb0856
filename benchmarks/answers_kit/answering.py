"""Asks questions as a project does: a feature over the corpus, with the embedded reader and traces that are kept."""

import time
from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from answers_kit.ingested import CORPUS, Ingested
from answers_kit.questions import AskedQuestion

import plimsoll.project
from plimsoll.features import Answer, Feature, FeatureRunner, Question, Retrieval
from plimsoll.gateway import Alias, Embedded, Gateway, ModelTarget
from plimsoll.knowledge import Corpus, RetrievalPlan, RetrievalResult
from plimsoll.records import Message, Outcome, Principal, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture

PASSAGES = 6
"""Passages that the feature retrieves."""
_PROMPTS = Path(plimsoll.project.__file__).parent / "template"

FEATURE = Feature(
    "answers",
    input=Question,
    output=Answer,
    prompt="prompts/answer.md",
    retrieval=Retrieval(CORPUS, passages=PASSAGES),
)
"""The feature of a new project, over the passages."""


class Answered(msgspec.Struct, frozen=True):
    """How one question went."""

    asked: AskedQuestion
    """The question."""
    sentences: tuple[str, ...]
    """The cited sentences, in the order of the answer; none after an abstention."""
    is_answered: bool
    """Whether there was an answer."""
    seconds: float
    """Wall time of the request."""
    cpu_seconds: float
    """CPU time of the process meanwhile, on all cores."""


class _Retriever:
    """The corpus as the runner sees it; what else it goes by is nothing that this benchmark changes."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.constants: Mapping[str, object] = {}

    @property
    def plan(self) -> RetrievalPlan:
        return self._corpus.plan

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message]
    ) -> RetrievalResult:
        return await self._corpus.retrieve(query, plan=plan, caller=caller, conversation=conversation)

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        return await self._corpus.readable(chunk_ids, caller=caller)


@asynccontextmanager
async def running(ingested: Ingested, folder: Path) -> AsyncGenerator[FeatureRunner]:
    """Yield a runner over the ingested passages."""
    clock = SystemClock()
    traces = await Store.open(f"sqlite:///{folder / 'traces.db'}", schema="traces", clock=clock)
    capture = Capture(traces, clock)
    await capture.start()
    target = ModelTarget(alias="default", provider="plimsoll", model="reader")
    gateway = Gateway({"plimsoll": Embedded(ingested.embedder)}, [Alias.of(target)], tracer=capture.tracer, clock=clock)
    try:
        yield FeatureRunner(
            gateway=gateway,
            retrievers={CORPUS: _Retriever(ingested.corpus)},
            root=_PROMPTS,
            tracer=capture.tracer,
            clock=clock,
        )
    finally:
        await gateway.close()
        await capture.close()
        await traces.close()


async def answer(runner: FeatureRunner, asked: AskedQuestion) -> Answered:
    """Run the feature once."""
    began, cpu = time.perf_counter(), time.process_time()
    result = await runner.run(FEATURE, Question(text=asked.question))
    return Answered(
        asked,
        tuple(citation.quote for citation in result.citations),
        result.outcome is Outcome.ANSWERED,
        time.perf_counter() - began,
        time.process_time() - cpu,
    )
