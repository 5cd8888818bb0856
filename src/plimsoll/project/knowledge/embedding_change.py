"""The way of a corpus to another embedding model, what it costs and what speaks for it: `plimsoll knowledge migrate`.

`Project.knowledge.migration` makes one. `knowledge` embeds and switches; here it is priced, compared and demanded.
"""

from collections.abc import Callable
from functools import partial

import msgspec

from plimsoll.errors import NeedsConfirmation
from plimsoll.knowledge import (
    Corpus,
    EmbeddingState,
    KeptComparison,
    MigrationReport,
    MigrationState,
    ProviderEmbedder,
)
from plimsoll.prices import ModelPrice, price_call
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.knowledge.embedding_comparison import EmbeddingComparison, compare_embeddings
from plimsoll.project.operation_span import operation_span
from plimsoll.project.parts import Parts
from plimsoll.records import Principal, Usage

_PRICED_TOKENS = 1_000


class EmbeddingEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """What embedding a corpus with another model will take."""

    model: str
    """What settings call the model."""
    is_provider: bool
    """Whether texts go to a provider, who is paid for them."""
    chunks: int
    """Chunks that lack its vectors."""
    tokens: int
    """Tokens that it will read, as the installed model counts them: twice those of the chunks at a provider, who is
    sent each sentence once more by itself."""
    cost_usd: float | None
    """What that costs; None where the price is unknown."""


class EmbeddingDone(msgspec.Struct, frozen=True, kw_only=True):
    """What embedding a corpus with another model took and cost."""

    report: MigrationReport
    """What it took."""
    cost_usd: float | None
    """What providers were paid, 0 on this machine; None where a price is unknown."""


class EmbeddingChange:
    """One corpus between two embedding models."""

    def __init__(self, parts: Parts, corpus: Corpus, *, datasets: Datasets) -> None:
        """Take the corpus, open, and what it is compared on."""
        self._parts = parts
        self._corpus = corpus
        self._datasets = datasets
        self._migration = corpus.migration
        self._work = partial(operation_span, parts.capture.tracer)

    async def state(self) -> MigrationState:
        """Return where the corpus stands."""
        return await self._migration.state()

    async def estimate(self, model: str) -> EmbeddingEstimate:
        """Return what `embed` will take with the model that is so named. Raises what loading it raises."""
        count = await self._migration.count_unembedded(model)
        embedder = await self._parts.corpora.load_embedder(model)
        if not isinstance(embedder, ProviderEmbedder):
            return EmbeddingEstimate(
                model=model, is_provider=False, chunks=count.chunks, tokens=count.tokens, cost_usd=0.0
            )
        tokens, price = 2 * count.tokens, await self._price(model)
        # Priced by requests of usual size: as one call they would reach the rates of long prompts.
        rate = None if price is None else price_call(price, Usage(input_tokens=_PRICED_TOKENS))
        cost = None if rate is None else rate * tokens / _PRICED_TOKENS
        return EmbeddingEstimate(model=model, is_provider=True, chunks=count.chunks, tokens=tokens, cost_usd=cost)

    async def embed(self, model: str, *, progress: Callable[[int, int], None] | None = None) -> EmbeddingDone:
        """Embed the corpus with the model beside the one that serves. Raises and resumes as `Migration.embed`."""
        embedder = await self._parts.corpora.load_embedder(model)
        before = embedder.cost_usd if isinstance(embedder, ProviderEmbedder) else 0.0
        with self._work(f"embed {self._corpus.name}", caller=Principal.local()):
            report = await self._migration.embed(model, progress=progress)
        after = embedder.cost_usd if isinstance(embedder, ProviderEmbedder) else 0.0
        return EmbeddingDone(report=report, cost_usd=None if before is None or after is None else after - before)

    async def compare(
        self, dataset: str, *, caller: Principal, progress: Callable[[int, int], None] | None = None
    ) -> EmbeddingComparison:
        """Compare the coming model with the one that serves on a dataset's cases, and keep what it says.

        Raises InvalidRequest where no model is coming, NotFound and InvalidDataset for an unusable dataset.
        """
        loaded, clock = await self._datasets.load(dataset), self._parts.clock
        models, seq = (await self.state()).models, await self._migration.content_seq()
        with self._work(f"measure {self._corpus.name}", caller=caller, dataset=dataset):
            compared = await compare_embeddings(self._corpus, loaded, caller=caller, clock=clock, progress=progress)
        kept = KeptComparison(
            at=clock.now(),
            dataset=dataset,
            serving=models.fingerprint,
            coming=models.second_fingerprint,
            seq=seq,
            said=compared.in_words(),
        )
        await self._migration.keep_comparison(kept)
        return compared

    async def comparison(self) -> KeptComparison | None:
        """Return the comparison that is kept, if it is of the two models of now and of what the corpus knows now."""
        return await self._migration.comparison()

    async def switch(self, *, without_comparison: bool = False) -> EmbeddingState:
        """Let the coming model serve from the next question on.

        Raises InvalidRequest unless it is complete, and NeedsConfirmation where the two were not compared on what the
        corpus knows now, unless `without_comparison`.
        """
        await self._migration.coming()
        if not without_comparison and await self.comparison() is None:
            name, model = self._corpus.name, (await self.state()).models.second_model
            raise NeedsConfirmation(
                f"{model!r} was not compared with the model that serves {name!r} on what it knows now.",
                next_step=f"plimsoll knowledge migrate {name} --dataset NAME; or switch with --without-comparison.",
            )
        return await self._migration.switch()

    async def rollback(self) -> EmbeddingState:
        """Let the former model serve again. Raises InvalidRequest where there is none."""
        return await self._migration.rollback()

    async def finish(self) -> EmbeddingState:
        """Drop what is kept of the model that does not serve. Raises InvalidRequest where there is none."""
        return await self._migration.finish()

    async def _price(self, model: str) -> ModelPrice | None:
        target = self._parts.gateway.resolve(model)
        return target.price or await self._parts.models.find_price(target)
