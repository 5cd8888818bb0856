"""The project's corpora, opened when they are first needed, and the face of one that a feature retrieves from."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec
from opentelemetry.trace import Tracer

from plimsoll.errors import InvalidSettings, ModelMissing, NotFound, unknown_name
from plimsoll.knowledge import (
    Corpus,
    CorpusOptions,
    DeclaredSource,
    FittedRetrieval,
    ParseLimits,
    RetrievalPlan,
    RetrievalResult,
    TextEmbedder,
    read_embedding_state,
)
from plimsoll.project.models.embedding import EmbeddingModels
from plimsoll.project.models.retrieval import RetrievalModels
from plimsoll.project.settings import CorpusSettings
from plimsoll.records import Clock, Message, Principal
from plimsoll.store import Store

INDEX_FOLDER = "index"


class Corpora:
    """Corpora by name. One is opened once, by whoever needs it first."""

    def __init__(
        self,
        declared: Mapping[str, CorpusSettings],
        *,
        store: Store,
        folder: Path,
        tracer: Tracer,
        clock: Clock,
        limits: ParseLimits,
        models: RetrievalModels,
        embedding: EmbeddingModels,
    ) -> None:
        self.declared = dict(declared)
        self.plans = {name: one.retrieval.as_plan(name) for name, one in declared.items()}
        self._fitted = {name: one.retrieval.as_fitted(name) for name, one in declared.items()}
        self._models = models
        self._embedding = embedding
        self._store = store
        self._folder = folder
        self._tracer = tracer
        self._clock = clock
        self._limits = limits
        self._sources: Mapping[str, Sequence[DeclaredSource]] = {}
        self._lock = asyncio.Lock()
        self._open: dict[str, Corpus] = {}

    def declare(self, sources: Mapping[str, Sequence[DeclaredSource]]) -> None:
        """Say which sources each corpus has, before any is opened."""
        self._sources = sources

    async def get(self, name: str) -> Corpus:
        """Return the corpus, opening it where it is not; raises NotFound with the nearest name, and ModelMissing."""
        self.require(name)
        async with self._lock:
            if name not in self._open:
                self._open[name] = await Corpus.open(
                    name,
                    store=self._store,
                    folder=self._folder / INDEX_FOLDER,
                    embedder=await self._embedder(name),
                    tracer=self._tracer,
                    clock=self._clock,
                    options=await self._options(name),
                )
                self._open[name].declare(self._sources.get(name, ()))
            return self._open[name]

    async def load_embedder(self, model: str) -> TextEmbedder:
        """Return the embedding model that settings call so. Raises InvalidSettings, ModelMissing."""
        return await self._embedding.load(model)

    async def _embedder(self, name: str) -> TextEmbedder:
        """Return the model that serves the corpus; the declared one where there is none, or it cannot be loaded."""
        serving = (await read_embedding_state(self._store, name)).model
        try:
            return await self._embedding.load(serving or self.declared[name].embedding)
        except (InvalidSettings, ModelMissing):
            return await self._embedding.load(self.declared[name].embedding)

    async def _options(self, name: str) -> CorpusOptions:
        retrieval = self.declared[name].retrieval
        return CorpusOptions(
            embedding=self.declared[name].embedding,
            load_embedder=self._embedding.load,
            limits=self._limits,
            chunking=self.declared[name].chunking.made(),
            plan=self.plans[name],
            fitted=self._fitted[name],
            reranker=await self._models.reranker(retrieval.rerank_model),
            rewriter=self._models.rewriter(retrieval.rewrite_model),
        )

    def require(self, name: str) -> str:
        """Return the name of a declared corpus; raises NotFound with the nearest one."""
        if name not in self.declared:
            raise NotFound(
                unknown_name("corpus", name, self.declared), next_step="Declare it in plimsoll.toml: [knowledge.NAME]."
            )
        return name

    def index_folder(self, name: str) -> Path:
        """Return where the index files of a corpus are."""
        return self._folder / INDEX_FOLDER / name

    def fitted(self, name: str) -> FittedRetrieval:
        """Return the constants that the settings of a declared corpus name."""
        return self._fitted[name]

    def retrievers(self) -> dict[str, "CorpusOnDemand"]:
        """Return what features retrieve from, by corpus name."""
        return {name: CorpusOnDemand(self, name) for name in self.declared}

    async def close(self) -> None:
        """Close every open corpus."""
        for corpus in self._open.values():
            await corpus.close()
        self._open.clear()


class CorpusOnDemand:
    """A `Retriever` over a corpus that is opened at the first question."""

    def __init__(self, corpora: Corpora, name: str) -> None:
        self._corpora = corpora
        self._name = name

    @property
    def plan(self) -> RetrievalPlan:
        """Return how it is retrieved from where a feature says nothing else."""
        return self._corpora.plans[self._name]

    @property
    def constants(self) -> Mapping[str, object]:
        """Return what else retrieval goes by: what is declared to embed, rerank and rewrite, and what was fitted."""
        declared = self._corpora.declared[self._name]
        return {
            "embedding": declared.embedding,
            "rerank_model": declared.retrieval.rerank_model,
            "rewrite_model": declared.retrieval.rewrite_model,
            "fitted": msgspec.to_builtins(self._corpora.fitted(self._name)),
        }

    async def retrieve(
        self, query: str, *, plan: RetrievalPlan, caller: Principal, conversation: Sequence[Message]
    ) -> RetrievalResult:
        """Return the passages that speak to the query, out of those that the caller may read."""
        corpus = await self._corpora.get(self._name)
        return await corpus.retrieve(query, plan=plan, caller=caller, conversation=conversation)

    async def readable(self, chunk_ids: Collection[str], *, caller: Principal) -> frozenset[str]:
        """Return those of the chunks that still exist and that the caller may read now."""
        corpus = await self._corpora.get(self._name)
        return await corpus.readable(chunk_ids, caller=caller)
