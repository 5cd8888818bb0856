"""Is the coming embedding model of a corpus better on a dataset? The operation behind `plimsoll knowledge migrate`."""

from collections.abc import Callable

import msgspec

from plimsoll.datasets import Dataset
from plimsoll.evals import (
    RetrievalDifference,
    RetrievalFigures,
    RetrievalSettings,
    compare_retrieval,
    run_retrieval,
    summarise_retrieval,
)
from plimsoll.knowledge import Corpus, RetrievalResult
from plimsoll.records import Clock, Principal


class EmbeddingComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What two embedding models of one corpus find for the same cases."""

    serving: RetrievalFigures
    """Of the model that serves."""
    coming: RetrievalFigures
    """Of the one that is coming."""
    differences: tuple[RetrievalDifference, ...]
    """The coming one minus the one that serves, paired by case."""

    def in_words(self) -> str:
        """Return each difference with its interval, in one line."""
        return "; ".join(
            f"{one.name} {one.paired.delta.estimate:+.3f} ({one.paired.delta.low:+.3f} to {one.paired.delta.high:+.3f})"
            for one in self.differences
        )


async def compare_embeddings(
    corpus: Corpus,
    dataset: Dataset,
    *,
    caller: Principal,
    clock: Clock,
    k: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> EmbeddingComparison:
    """Ask every case of both models, as the corpus is asked. Raises InvalidRequest where no model is coming."""

    async def ask_serving(question: str, passages: int) -> RetrievalResult:
        return await corpus.retrieve(question, passages=passages, caller=caller)

    async def ask_coming(question: str, passages: int) -> RetrievalResult:
        return await corpus.retrieve_with_coming(question, passages=passages, caller=caller)

    settings = RetrievalSettings(corpus=corpus.name, k=k)
    runs = [
        await run_retrieval(dataset, ask, settings=settings, clock=clock, progress=progress)
        for ask in (ask_serving, ask_coming)
    ]
    return EmbeddingComparison(
        serving=summarise_retrieval(runs[0]),
        coming=summarise_retrieval(runs[1]),
        differences=compare_retrieval(runs[1].run, runs[0].run),
    )
