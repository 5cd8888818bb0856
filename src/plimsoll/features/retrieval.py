"""Which documents a feature answers from and how, and the seam through which the runner asks for them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

import msgspec

from plimsoll.errors import InvalidFeature
from plimsoll.knowledge import Degradation, Finding, Order, RetrievalPlan, Where, Widen, change_plan, mistake_in
from plimsoll.records import Message, Passage, Principal

_OF_THE_FEATURE = frozenset({"corpus", "query", "conversation"})


class Retrieval(msgspec.Struct, frozen=True):
    """The documents that a feature answers from. What is None is as `[knowledge.CORPUS.retrieval]` says."""

    corpus: str
    """Name of the corpus in `plimsoll.toml`."""
    passages: int | None = None
    """How many passages go into the prompt, at most; 1 to 50."""
    query: str = ""
    """Field of the input that is searched for; may be left out where only one is a text, or one is `text`."""
    conversation: str = ""
    """Field of the input that holds what was said before, oldest first: texts, or objects with `role` and `content`.
    Only a retrieval that rewrites reads it."""
    token_budget: int | None = None
    """Most tokens of all passages together, as the embedding model counts them; 0: no budget."""
    where: Where | None = None
    """Which documents take part, besides what the caller may read."""
    widen: Widen | None = None
    """To what each passage is widened, within the budget: `none`, `neighbours` or `section`."""
    order: Order | None = None
    """How passages follow each other in the prompt: `best` first, or by `document`."""
    rerank: bool | None = None
    """Whether the corpus's reranker orders the candidates anew."""
    rewrite: bool | None = None
    """Whether the corpus's rewriter makes the question self-contained and splits a compound one."""
    deadline_ms: int | None = None
    """Time within which passages come, with less if need be; 0: 10 s, and nothing is dropped."""
    max_age_hours: float | None = None
    """Age from which a document is stale whose source declares none; 0: never."""

    def __post_init__(self) -> None:
        """Refuse a nameless corpus, and values that mean nothing."""
        if not self.corpus:
            raise InvalidFeature("Retrieval('') names no corpus.", next_step="Write e.g. Retrieval('handbook').")
        mistake = mistake_in(self._changes())
        if mistake:
            raise InvalidFeature(f"Retrieval({self.corpus!r}): {mistake}", next_step="See docs/guides/retrieval.md.")

    def compile(self, plan: RetrievalPlan, *, leave_out_stale: bool) -> RetrievalPlan:
        """Return the corpus's plan with what the feature changes in it."""
        return change_plan(plan, **self._changes(), leave_out_stale=leave_out_stale or plan.leave_out_stale)

    def _changes(self) -> dict[str, object]:
        fields = msgspec.structs.asdict(self)
        return {name: value for name, value in fields.items() if name not in _OF_THE_FEATURE and value is not None}


class Retrieved(Protocol):
    """What a corpus found for one question."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, as the plan orders them."""
        ...

    @property
    def is_answerable(self) -> bool:
        """Whether they seem to hold an answer."""
        ...

    @property
    def finding(self) -> Finding:
        """What it came to."""
        ...

    @property
    def degraded(self) -> tuple[Degradation, ...]:
        """The steps that were left out."""
        ...


class Retriever(Protocol):
    """A corpus, as the runner sees it."""

    @property
    def plan(self) -> RetrievalPlan:
        """Return how it is retrieved from where a feature says nothing else."""
        ...

    @property
    def constants(self) -> Mapping[str, object]:
        """Return what else retrieval goes by, as plain data: embedding, weights, answerability, models that it asks."""
        ...

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message]
    ) -> Retrieved:
        """Return the passages that speak to the query, out of those that the caller may read."""
        ...

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        """Return those of the chunks that still exist and that the caller may read now."""
        ...
