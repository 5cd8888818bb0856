"""Changes the embedding model of a corpus while it is searched: embed beside, switch, roll back, finish.

`Corpus.migration` makes one. What was embedded stays embedded when it is interrupted. Until it is finished, whoever
ingests embeds for both models, so that nothing is lost by going back. It compares nothing: `project` does.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec
import numpy as np

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.serving import Serving, Side
from plimsoll.knowledge.ingestion.keeping import Keeping
from plimsoll.knowledge.ingestion.vectors import vector_rows
from plimsoll.knowledge.tables.corpora import keep_comparison, read_comparison, read_seq
from plimsoll.knowledge.tables.vectors import (
    EmbeddingState,
    SecondRole,
    UnembeddedText,
    VectorRow,
    count_missing,
    forget_second,
    keep_second,
    page_missing,
    read_embedding,
    sum_missing_tokens,
    swap_embeddings,
    write_vectors,
)
from plimsoll.records import Clock
from plimsoll.store import Store

_PAGE = 512
_AT_ONCE = 64
_LONGEST_WRITE_SECONDS = 600.0


class MigrationReport(msgspec.Struct, frozen=True, kw_only=True):
    """What embedding a corpus with another model took."""

    corpus: str
    """The corpus."""
    model: str
    """What settings call the model."""
    fingerprint: str
    """Its identity."""
    embedded: int
    """Chunks that were embedded; those that had vectors of the model already were not embedded again."""
    tokens: int
    """Tokens that the model read."""
    truncated: int
    """Of the embedded chunks, those that are longer than the model reads: their ends are not in their vectors."""
    seconds: float
    """Time that it took."""


class MigrationState(msgspec.Struct, frozen=True, kw_only=True):
    """Where a corpus stands between two embedding models."""

    corpus: str
    """The corpus."""
    models: EmbeddingState
    """The model that serves, and the second one."""
    missing: int
    """Chunks that lack the vectors of the model that serves."""
    second_missing: int
    """Chunks that lack those of the second one; 0 where there is none."""


class UnembeddedCount(msgspec.Struct, frozen=True, kw_only=True):
    """How much of a corpus a model has to embed."""

    chunks: int
    """Chunks that lack its vectors."""
    tokens: int
    """Their tokens, as they were counted when the chunks were cut."""


class KeptComparison(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a comparison of the two embedding models of a corpus, to stand for what it was made of."""

    at: datetime
    """When it was made."""
    dataset: str
    """The cases that were asked."""
    serving: str
    """Fingerprint of the model that served."""
    coming: str
    """Fingerprint of the one that was coming."""
    seq: int
    """How many changes of the corpus the models had seen."""
    said: str
    """The differences, in one line."""


@dataclass(frozen=True, kw_only=True)
class MigrationParts:
    """What a migration works with."""

    corpus: str
    """The corpus."""
    store: Store
    """Where its truth lies."""
    serving: Serving
    """Its embedding models."""
    keeping: Keeping
    """Who else writes into it."""
    threads: Executor
    """Where the model runs."""


async def read_embedding_state(store: Store, corpus: str) -> EmbeddingState:
    """Return which embedding models a corpus has, opened or not."""
    return await store.read(lambda connection: read_embedding(connection, corpus))


class Migration:
    """The way of one corpus from one embedding model to another."""

    def __init__(self, parts: MigrationParts, *, clock: Clock) -> None:
        self._parts = parts
        self._clock = clock

    async def state(self) -> MigrationState:
        """Return where the corpus stands."""
        parts, models = self._parts, await self._parts.serving.state()
        count = partial(self._count, parts.corpus)
        second = await count(models.second_fingerprint) if models.second_role else 0
        return MigrationState(
            corpus=parts.corpus, models=models, missing=await count(models.fingerprint), second_missing=second
        )

    async def embed(self, model: str, *, progress: Callable[[int, int], None] | None = None) -> MigrationReport:
        """Embed the corpus with the model that settings call so, beside the one that serves, and build its index.

        Raises InvalidRequest where it serves already or another migration is not finished, and what loading and
        running the model raise. When interrupted, run it again: it resumes.
        """
        began = self._clock.monotonic()
        embedder = await self._parts.serving.load(model)
        await self._begin(model, embedder)
        side = await self._parts.serving.add(embedder)
        count = _Count()
        while missing := await self._count(self._parts.corpus, embedder.fingerprint):
            await self._embed_missing(embedder, count, total=count.embedded + missing, progress=progress)
            await self._require("coming", "embed with: it was dropped meanwhile, and nothing more is kept")
        await side.index.publish()
        return MigrationReport(
            corpus=self._parts.corpus,
            model=model,
            fingerprint=embedder.fingerprint,
            embedded=count.embedded,
            tokens=count.tokens,
            truncated=count.truncated,
            seconds=self._clock.monotonic() - began,
        )

    async def count_unembedded(self, model: str) -> UnembeddedCount:
        """Return how much `embed` has to do with the model that settings call so. Raises what loading it raises."""
        corpus, fingerprint = self._parts.corpus, (await self._parts.serving.load(model)).fingerprint
        tokens = await self._parts.store.read(lambda connection: sum_missing_tokens(connection, corpus, fingerprint))
        return UnembeddedCount(chunks=await self._count(corpus, fingerprint), tokens=tokens)

    async def content_seq(self) -> int:
        """Return how many changes the corpus has seen."""
        return await self._parts.store.read(lambda connection: read_seq(connection, self._parts.corpus))

    async def keep_comparison(self, comparison: KeptComparison) -> None:
        """Keep a comparison, in place of the one before it."""
        text = msgspec.json.encode(comparison).decode()
        await self._parts.store.write(lambda connection: keep_comparison(connection, self._parts.corpus, text))

    async def comparison(self) -> KeptComparison | None:
        """Return the comparison that is kept, if it is of the models of now, in either role, and of this content."""
        text = await self._parts.store.read(lambda connection: read_comparison(connection, self._parts.corpus))
        if not text:
            return None
        kept, models = msgspec.json.decode(text, type=KeptComparison), await self._parts.serving.state()
        is_of_now = {kept.serving, kept.coming} == {models.fingerprint, models.second_fingerprint}
        return kept if is_of_now and kept.seq == await self.content_seq() else None

    async def coming(self) -> Side:
        """Return the model that is coming with its index. Raises InvalidRequest where none is."""
        models = await self._require("coming", "compare or switch to")
        return await self._parts.serving.side(models, models.second_fingerprint)

    async def switch(self) -> EmbeddingState:
        """Let the model that is coming serve from the next question on; raise InvalidRequest unless it is complete."""
        await (await self.coming()).index.publish()
        return await self._swap("coming", "former")

    async def rollback(self) -> EmbeddingState:
        """Let the former model serve again, from the next question on. Raises InvalidRequest where there is none."""
        await self._require("former", "go back to")
        return await self._swap("former", "coming")

    async def finish(self) -> EmbeddingState:
        """Drop vectors and index of the model that does not serve; raise InvalidRequest where there is none."""
        parts, models = self._parts, await self._parts.serving.state()
        if not models.second_role:
            raise self._refuse("drop")
        await parts.store.write(
            lambda connection: forget_second(connection, parts.corpus), timeout_seconds=_LONGEST_WRITE_SECONDS
        )
        await parts.serving.drop(models.second_fingerprint)
        return await parts.serving.state()

    async def _begin(self, model: str, embedder: TextEmbedder) -> None:
        parts, fingerprint = self._parts, embedder.fingerprint
        models = await parts.serving.state()
        if fingerprint != models.second_fingerprint or models.second_role != "coming":
            models = await parts.keeping.run_alone(
                lambda: parts.store.write(
                    lambda connection: keep_second(connection, parts.corpus, fingerprint=fingerprint, model=model)
                )
            )
        if models.fingerprint == fingerprint:
            raise InvalidRequest(f"{model!r} serves {parts.corpus!r} already.", next_step="There is nothing to do.")
        if models.second_fingerprint != fingerprint or models.second_role != "coming":
            raise InvalidRequest(
                f"{parts.corpus!r} keeps the vectors of {models.second_model!r}, its {models.second_role} model, and "
                "no third one's.",
                next_step=f"Drop it: plimsoll knowledge migrate {parts.corpus} --finish; or go back with --rollback.",
            )

    async def _embed_missing(
        self, embedder: TextEmbedder, count: "_Count", *, total: int, progress: Callable[[int, int], None] | None
    ) -> None:
        parts, after = self._parts, ""
        read = partial(page_missing, corpus=parts.corpus, fingerprint=embedder.fingerprint, limit=_PAGE)
        while page := await parts.store.read(lambda connection, after=after: read(connection, after=after)):
            after = page[-1].id
            page.sort(key=lambda one: len(one.text))
            for first in range(0, len(page), _AT_ONCE):
                rows = await self._embed(embedder, page[first : first + _AT_ONCE], count)
                await parts.store.write(lambda connection, rows=rows: write_vectors(connection, parts.corpus, rows))
                if progress:
                    progress(count.embedded, max(total, count.embedded))

    async def _embed(
        self, embedder: TextEmbedder, wanted: Sequence[UnembeddedText], count: "_Count"
    ) -> list[VectorRow]:
        texts = [f"{one.context}\n{one.text}" for one in wanted]
        spans = [_spans_of(one) for one in wanted]
        loop = asyncio.get_running_loop()
        work = partial(embedder.embed_spans, texts, spans)
        embedded = await loop.run_in_executor(self._parts.threads, copy_context().run, work)
        lengths = await loop.run_in_executor(self._parts.threads, embedder.count_each, texts)
        count.embedded += len(texts)
        count.tokens += sum(embedded.texts.token_counts)
        count.truncated += sum(length > embedder.max_tokens for length in lengths)
        return vector_rows([one.id for one in wanted], embedded, fingerprint=embedder.fingerprint)

    async def _swap(self, role: SecondRole, becomes: SecondRole) -> EmbeddingState:
        parts = self._parts
        missing = await parts.store.write(
            lambda connection: swap_embeddings(connection, parts.corpus, role=role, becomes=becomes),
            timeout_seconds=_LONGEST_WRITE_SECONDS,
        )
        models = await parts.serving.state()
        if missing:
            raise InvalidRequest(
                f"{missing} chunks of {parts.corpus!r} lack vectors of {models.second_model!r}; nothing was changed.",
                next_step=f"plimsoll knowledge migrate {parts.corpus} --to {models.second_model}",
            )
        await parts.serving.turn(models.fingerprint)
        return models

    async def _require(self, role: SecondRole, what: str) -> EmbeddingState:
        models = await self._parts.serving.state()
        if models.second_role != role:
            raise self._refuse(what)
        return models

    def _refuse(self, what: str) -> InvalidRequest:
        corpus = self._parts.corpus
        return InvalidRequest(
            f"There is no second embedding model of {corpus!r} to {what}.",
            next_step=f"`plimsoll knowledge migrate {corpus}` shows where it stands; --to MODEL begins.",
        )

    async def _count(self, corpus: str, fingerprint: str) -> int:
        return await self._parts.store.read(lambda connection: count_missing(connection, corpus, fingerprint))


@dataclass
class _Count:
    embedded: int = 0
    tokens: int = 0
    truncated: int = 0


def _spans_of(one: UnembeddedText) -> list[tuple[int, int]]:
    pairs = np.frombuffer(one.sentence_spans, "<i4").reshape(-1, 2) + len(one.context) + 1
    return [(start, end) for start, end in pairs.tolist()]
