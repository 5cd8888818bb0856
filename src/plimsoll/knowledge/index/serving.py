"""Which embedding model a corpus is searched with: what the table says, as soon as its index can be opened here.

Each model has an index of its own, so that vectors of two never meet. `Searcher` asks with every question, the
writers of a corpus keep all of its models in step.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from opentelemetry.trace import get_current_span

from plimsoll.errors import InvalidSettings, PlimsollError
from plimsoll.knowledge.index.embedding import TextEmbedder
from plimsoll.knowledge.index.publishing import Publishing
from plimsoll.knowledge.tables.vectors import EmbeddingState, read_embedding
from plimsoll.store import Store

LoadEmbedder = Callable[[str], Awaitable[TextEmbedder]]
"""Returns the embedding model that settings call so."""


@dataclass(frozen=True)
class Side:
    """An embedding model and the index of its vectors."""

    embedder: TextEmbedder
    """The model: it embeds questions and counts tokens."""
    index: Publishing
    """What is searched."""


class Served(Protocol):
    """What a search needs to know of the models."""

    @property
    def current(self) -> Side:
        """Return what to search."""
        ...

    async def turn(self, fingerprint: str) -> Side:
        """Return what to search now that the table says which model serves."""
        ...


@dataclass(frozen=True)
class Pinned:
    """One model, whatever serves: for comparing it with the one that does."""

    current: Side
    """What to search."""

    async def turn(self, fingerprint: str) -> Side:
        """Return what to search."""
        return self.current


class Serving:
    """The embedding models of one corpus, as this process has them loaded."""

    def __init__(
        self,
        corpus: str,
        *,
        store: Store,
        embedder: TextEmbedder,
        index_of: Callable[[TextEmbedder], Publishing],
        load: LoadEmbedder | None,
    ) -> None:
        self._corpus = corpus
        self._store = store
        self._index_of = index_of
        self._load = load
        self._current = Side(embedder, index_of(embedder))
        self._sides = {embedder.fingerprint: self._current}

    async def start(self) -> None:
        """Take the model that serves; where it cannot be had, the first question says why."""
        await self._current.index.prepare()
        state = await self.state()
        try:
            self._current = await self.side(state, state.fingerprint)
        except PlimsollError as error:
            get_current_span().add_event("the serving model is not here", {"plimsoll.reason": str(error)})

    @property
    def current(self) -> Side:
        """Return what this process searches."""
        return self._current

    async def turn(self, fingerprint: str) -> Side:
        """Take the model that serves now; as long as its index is not built here, the one before goes on serving.

        Raises InvalidSettings where the model cannot be had, ModelMissing.
        """
        before = self._current
        if fingerprint != before.embedder.fingerprint:
            side = await self.side(await self.state(), fingerprint)
            if await side.index.load() is not None:
                self._current = side
            else:
                await self._wait_with(side)
        return self._current

    async def _wait_with(self, side: Side) -> None:
        if await self._current.index.load() is None:
            self._current = side  # neither is built: the one that serves is built first
        else:
            get_current_span().add_event("the index of the serving model is being built")
            side.index.rebuild_soon()

    async def state(self) -> EmbeddingState:
        """Return what the table says of the corpus's models."""
        return await self._store.read(lambda connection: read_embedding(connection, self._corpus))

    async def side(self, state: EmbeddingState, fingerprint: str) -> Side:
        """Return the model of this identity with its index. Raises InvalidSettings and ModelMissing."""
        if fingerprint not in self._sides:
            model = state.model_of(fingerprint)
            embedder = await self._load(model) if self._load is not None and model else None
            if embedder is None or embedder.fingerprint != fingerprint:
                raise self._explain(model, fingerprint, embedder or self._current.embedder)
            await self.add(embedder)
        return self._sides[fingerprint]

    async def add(self, embedder: TextEmbedder) -> Side:
        """Take an embedding model in beside those that are loaded."""
        side = self._sides.setdefault(embedder.fingerprint, Side(embedder, self._index_of(embedder)))
        await side.index.prepare()
        return side

    async def load(self, model: str) -> TextEmbedder:
        """Load the model that settings call so. Raises InvalidSettings and ModelMissing."""
        if self._load is None:
            raise InvalidSettings(
                f"The corpus {self._corpus!r} was opened without a way to load {model!r}.",
                next_step="Give CorpusOptions a load_embedder.",
            )
        return await self._load(model)

    async def drop(self, fingerprint: str) -> None:
        """Forget a model and remove its index; one that is searched here goes with the next question."""
        side = self._sides.get(fingerprint)
        if side is not None and side is not self._current:
            del self._sides[fingerprint]
            await side.index.discard()

    async def kept(self) -> list[Side]:
        """Return the models whose vectors are kept, the one that serves first. Raises as `side` does."""
        state = await self.state()
        wanted = [name for name in (state.fingerprint, state.second_fingerprint) if name]
        return [await self.side(state, name) for name in wanted]

    async def publish(self) -> None:
        """Bring the index of every model that is kept up to the truth."""
        for side in await self.kept():
            await side.index.publish()

    async def close(self) -> None:
        """Stop what the indexes do in the background."""
        for side in self._sides.values():
            await side.index.close()

    def _explain(self, model: str, fingerprint: str, given: TextEmbedder) -> InvalidSettings:
        return InvalidSettings(
            f"The vectors of {self._corpus!r} are of the embedding model {model!r} ({fingerprint[:16]}), and the one "
            f"that is here is another ({given.fingerprint[:16]}); their vectors do not mix.",
            next_step=f"Put that model back, or embed anew: plimsoll knowledge migrate {self._corpus} --to MODEL",
        )
