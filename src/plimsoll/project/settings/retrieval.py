"""`[knowledge.CORPUS.retrieval]`: how questions are answered from a corpus, where a feature says nothing else."""

from typing import Literal

from pydantic import Field

from plimsoll.errors import InvalidRequest, InvalidSettings
from plimsoll.knowledge import AnswerWeights, FittedRetrieval, LegMix, Range, RetrievalPlan, Where
from plimsoll.project.settings.table import Table


class RangeSettings(Table):
    """A range of numbers, or of texts such as dates."""

    at_least: float | str | None = None
    """The first value that is in it."""
    at_most: float | str | None = None
    """The last value that is in it."""


class WhereSettings(Table):
    """`[knowledge.CORPUS.retrieval.where]`: which documents take part; every condition must hold."""

    equals: dict[str, bool | float | str] = {}
    """Value that stands under each key of a document's metadata."""
    any_of: dict[str, tuple[bool | float | str, ...]] = {}
    """Values of which one stands under each key."""
    ranges: dict[str, RangeSettings] = {}
    """Range in which the value under each key lies."""
    origin: str = ""
    """Name of the declared source that a document came from; empty: any."""
    source_prefix: str = ""
    """What a document's source begins with, e.g. `docs/api/`."""


class MixSettings(Table):
    """`[knowledge.CORPUS.retrieval.mix]`: how much each leg counts, in all 1; `plimsoll knowledge fit` prints it."""

    model: str = ""
    """First characters of the fingerprint of the embedding model that it was fitted with: with another one the default
    stands in, and says so. Empty: any."""
    words: float
    """Weight of BM25 over the best BM25 of the question."""
    chunk: float
    """Weight of the chunk's cosine."""
    sentence: float
    """Weight of the closest sentence's cosine."""


class AnswerabilitySettings(Table):
    """`[knowledge.CORPUS.retrieval.answerability]`: when an answer is there; `plimsoll knowledge fit` prints it."""

    model: str = ""
    """As in the mix."""
    bias: float
    """What is added in any case."""
    closeness: float
    """Weight of the best sentence's cosine."""
    coverage: float
    """Weight of the share of the question's words that the sentence holds."""
    passage: float
    """Weight of the passage's fused score."""
    missing_names: float
    """Weight of the share of the question's names that the passage lacks."""
    missing_number: float
    """Weight of a number of the question that it lacks."""
    unmatched_negation: float
    """Weight of a negation that only the question has."""
    opposed: float
    """Weight of an opposite in the passage."""
    answerable_at: float = Field(ge=0, le=1)
    """Chance from which the question counts as answerable."""


class RetrievalSettings(Table):
    """`[knowledge.CORPUS.retrieval]`: how questions are answered from it, where a feature says nothing else."""

    passages: int = Field(default=6, ge=1, le=50)
    """How many passages go into the prompt, at most."""
    token_budget: int = Field(default=0, ge=0, le=1_000_000)
    """Most tokens of all passages together, as the embedding model counts them, from 50; 0: no budget."""
    widen: Literal["none", "neighbours", "section"] = "none"
    """To what each passage is widened, within the budget: not at all, by the chunks beside it, or to its section."""
    order: Literal["best", "document"] = "best"
    """How passages follow each other: best first, or as they stand in their documents."""
    rerank: bool = False
    """Whether the reranker orders the candidates anew."""
    rerank_model: str = ""
    """What reranks: `provider/model` or an alias whose provider has a `rerank` endpoint, or a folder that begins with
    `./` or `/` and holds `model.onnx` and `tokenizer.json`. Empty: nothing can."""
    rerank_candidates: int = Field(default=24, ge=2, le=200)
    """How many candidates it is given."""
    rewrite: bool = False
    """Whether a model makes a follow-up question self-contained and splits a compound one into at most three."""
    rewrite_model: str = ""
    """The chat model that does so: an alias or `provider/model`. Empty: none can."""
    rewrite_ms: int = Field(default=2_000, ge=10, le=60_000)
    """Longest time for that, in milliseconds; then the plain question is searched for."""
    deadline_ms: int = Field(default=0, ge=0, le=10_000)
    """Time within which passages come, in milliseconds from 10: reranking is dropped first, then the vectors, then what
    was found before is served; each is recorded. 0: 10 s, and nothing is dropped."""
    max_age_hours: float = Field(default=0.0, ge=0, le=1_000_000)
    """Age from which a document is stale whose source declares none, in hours; 0: never."""
    where: WhereSettings = WhereSettings()
    """Which documents take part, besides what a caller may read."""
    mix: MixSettings | None = None
    """How much each leg counts; none: 0.2 words, 0.1 chunk, 0.7 sentence."""
    answerability: AnswerabilitySettings | None = None
    """What each signal of answerability counts; none: the built-in weights."""

    def as_plan(self, corpus: str) -> RetrievalPlan:
        """Return the plan that they stand for. Raises InvalidSettings for values that mean nothing together."""
        fields = self.model_dump(exclude={"where", "rerank_model", "rewrite_model", "mix", "answerability"})
        where = self.where
        try:
            return RetrievalPlan(
                **fields,
                where=Where(
                    equals=where.equals,
                    any_of=where.any_of,
                    ranges={key: Range(**one.model_dump()) for key, one in where.ranges.items()},
                    origin=where.origin or None,
                    source_prefix=where.source_prefix,
                ),
            )
        except InvalidRequest as error:
            raise InvalidSettings(
                f"[knowledge.{corpus}.retrieval]: {error.message}", next_step=error.next_step
            ) from error

    def as_fitted(self, corpus: str) -> FittedRetrieval:
        """Return the constants that were fitted. Raises InvalidSettings for weights that are no mix."""
        mix, weights = self.mix, self.answerability
        try:
            return FittedRetrieval(
                mix=LegMix(**mix.model_dump(exclude={"model"})) if mix else None,
                mix_model=mix.model if mix else "",
                answerability=AnswerWeights(**weights.model_dump(exclude={"model"})) if weights else None,
                answerability_model=weights.model if weights else "",
            )
        except InvalidRequest as error:
            raise InvalidSettings(
                f"[knowledge.{corpus}.retrieval.mix]: {error.message}", next_step=error.next_step
            ) from error
