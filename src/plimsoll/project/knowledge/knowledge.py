"""The corpora of a project: filled, synchronised, cut, audited and measured.

`Project.knowledge` is one of these; the command line, the server and the schedules call it. An operation without the
name of a corpus is on the corpus of the default feature, or on the only one there is.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.features import AnyFeature, find_feature
from plimsoll.knowledge import (
    AuditReport,
    Corpus,
    DocumentRow,
    IngestProgress,
    IngestReport,
    KeptReport,
    RetrievalPlan,
    SourceState,
    SyncReport,
    keep_report,
    read_kept,
)
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.knowledge.audit import audit_knowledge
from plimsoll.project.knowledge.chunk_report import CorpusCut, WayTried, compare_ways, describe_cut
from plimsoll.project.knowledge.embedding_change import EmbeddingChange
from plimsoll.project.knowledge.retrieval_fit import RetrievalFit, fit_retrieval
from plimsoll.project.knowledge.retrieval_quality import RetrievalAsked, RetrievalEvaluation, evaluate_retrieval
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.knowledge.seen import SeenKnowledge
from plimsoll.project.parts import Parts
from plimsoll.records import Principal


class ProjectKnowledge:
    """The corpora of a project. Each method raises NotFound for an unknown corpus."""

    def __init__(
        self,
        parts: Parts,
        schedules: Schedules,
        *,
        features: Mapping[str, AnyFeature],
        folder: Path,
        default_feature: str,
    ) -> None:
        """Take the parts of the project, its schedules, what it defines, and the name of its default feature."""
        self._parts = parts
        self._schedules = schedules
        self._features = features
        self._folder = folder
        self._default_feature = default_feature

    def seen_by(self, caller: Principal) -> SeenKnowledge:
        """Return them as this caller may see them: whatever is shown to somebody goes through it."""
        return SeenKnowledge(self._parts, caller, sources=self.sources)

    def default_corpus(self) -> str:
        """Return the corpus of the default feature, or the only one there is. Raises InvalidRequest for several."""
        feature = self._features.get(self._default_feature)
        if feature is not None and feature.retrieval is not None:
            return feature.retrieval.corpus
        names = list(self._parts.corpora.declared)
        if len(names) == 1:
            return names[0]
        raise InvalidRequest(
            f"The project has several corpora: {', '.join(names)}.", next_step="Name one with --corpus NAME."
        )

    async def warm_up(self) -> None:
        """Open the corpora that features answer from, and with the first the embedding model, so that nobody waits."""
        used = (feature.retrieval.corpus for feature in self._features.values() if feature.retrieval is not None)
        for name in dict.fromkeys(used):
            await self._parts.corpora.get(name)

    async def ingest(
        self,
        paths: Sequence[Path] = (),
        *,
        corpus: str = "",
        progress: Callable[[IngestProgress], None] | None = None,
        confirm_loss: bool = False,
    ) -> IngestReport:
        """Read files and folders into a corpus: the given ones, or those that the settings declare for it.

        Raises NeedsConfirmation, unless `confirm_loss`, where more than 30 % of their documents would be forgotten.
        """
        opened = await self._open(corpus)
        with self._parts.work.under_way("ingestion", opened.name) as told:
            return await opened.ingest(
                list(paths) or self._declared_paths(opened.name),
                root=self._folder,
                progress=told.of_ingestion(progress),
                confirm_loss=confirm_loss,
            )

    async def sync(
        self, corpus: str = "", *, sources: Sequence[str] = (), progress: Callable[[IngestProgress], None] | None = None
    ) -> list[SyncReport]:
        """Bring a corpus to what its declared sources say now, all of them or those named."""
        opened = await self._open(corpus)
        with self._parts.work.under_way("synchronisation", opened.name) as told:
            return await opened.sync(sources, progress=told.of_ingestion(progress))

    async def sources(self, corpus: str = "") -> list[SourceState]:
        """Return how each source of a corpus fares: last and next synchronisation, result, age, whether it is held."""
        opened = await self._open(corpus)
        due = {one.source: one.due_at for one in await self._schedules.describe(opened.name) if one.task == "sync"}
        return [msgspec.structs.replace(one, next_sync_at=due.get(one.name)) for one in await opened.sources()]

    async def confirm(self, corpus: str, source: str, *, seen: datetime | None = None) -> list[SyncReport]:
        """Take what the source is held for, and synchronise it; where `seen` is given, only what it was held for then.

        Raises NotFound unless it is held, and InvalidRequest where it was synchronised since `seen`.
        """
        opened = await self._open(corpus)
        state = next((one for one in await opened.sources() if one.name == source), None)
        if seen is not None and state is not None and state.is_held and state.finished_at != seen:
            raise InvalidRequest(
                f"The source {source!r} was synchronised again since you looked.",
                next_step="Look at what it is held for now, and confirm that.",
            )
        await opened.confirm(source)
        return await self.sync(corpus, sources=(source,))

    async def documents(self, corpus: str = "") -> list[DocumentRow]:
        """Return all documents of a corpus, those that could not be read included."""
        return await (await self._open(corpus)).documents()

    async def chunks(self, corpus: str = "") -> CorpusCut:
        """Return how the documents of a corpus were cut."""
        opened = await self._open(corpus)
        return await describe_cut(opened, self._parts.corpora.declared[opened.name].chunking.made())

    async def compare_chunkings(self, dataset: str, *, corpus: str = "", k: int = 5) -> tuple[WayTried, ...]:
        """Cut the paths of a corpus by every strategy in a temporary index, and compare what a dataset's cases find.

        The corpus's own strategy comes first. Raises InvalidDataset for an unusable dataset.
        """
        opened = await self._open(corpus)
        return await compare_ways(
            self._parts,
            self._parts.corpora.declared[opened.name].chunking.made(),
            await self._datasets.load(dataset),
            paths=self._declared_paths(opened.name),
            root=self._folder,
            k=k,
        )

    async def audit(
        self, corpus: str = "", *, window_days: int = 30, max_age_days: float | None = None, keep: bool = False
    ) -> AuditReport:
        """Return what is wrong with what a corpus knows, the worst first; the corpus is not changed.

        `keep` keeps the report for `kept_audits`, as an audit on a schedule does.
        """
        name, parts = corpus or self.default_corpus(), self._parts
        report = await audit_knowledge(self._folder, parts, name, window_days=window_days, max_age_days=max_age_days)
        if keep:
            await keep_report(parts.state, report, clock=parts.clock)
        return report

    async def kept_audits(self, corpus: str = "") -> KeptReport:
        """Return the last report that was kept of a corpus, and what those before it found in numbers."""
        return await read_kept(self._parts.state, self._parts.corpora.require(corpus or self.default_corpus()))

    async def evaluate(
        self,
        corpus: str,
        dataset: str,
        *,
        k: int = 5,
        caller: Principal | None = None,
        feature: str = "",
        against: str = "",
        progress: Callable[[int, int], None] | None = None,
    ) -> RetrievalEvaluation:
        """Measure what a corpus finds for a dataset, and what a feature makes of it where one is named; keep the run.

        Raises NotFound also for an unknown feature or run, and InvalidDataset for an unusable dataset.
        """
        loaded = await self._datasets.load(dataset)
        asked = RetrievalAsked(
            corpus=corpus,
            k=k,
            caller=caller or Principal.local(),
            feature=find_feature(self._features, feature) if feature else None,
            baseline=await self._parts.evaluations.get(against) if against else None,
        )
        return await evaluate_retrieval(self._folder, self._parts, asked, dataset=loaded, progress=progress)

    async def fit(
        self, corpus: str, dataset: str, *, caller: Principal, progress: Callable[[int, int], None] | None = None
    ) -> RetrievalFit:
        """Fit the constants of a corpus on a dataset's labels; nothing is changed.

        Raises InvalidDataset for an unusable dataset.
        """
        loaded = await self._datasets.load(dataset)
        return await fit_retrieval(self._parts, corpus, loaded, caller=caller, progress=progress)

    async def migration(self, corpus: str) -> EmbeddingChange:
        """Return the way of a corpus to another embedding model."""
        return EmbeddingChange(self._parts, await self._open(corpus), datasets=self._datasets)

    def plan(self, corpus: str) -> RetrievalPlan:
        """Return how the corpus is searched where nothing else is said."""
        return self._parts.corpora.plans[corpus]

    def can_rerank(self, corpus: str) -> bool:
        """Tell whether a reranker is declared for the corpus."""
        return bool(self._parts.corpora.declared[corpus].retrieval.rerank_model)

    @property
    def _datasets(self) -> Datasets:
        return Datasets(self._parts, features=self._features, folder=self._folder)

    async def _open(self, corpus: str) -> Corpus:
        return await self._parts.corpora.get(corpus or self.default_corpus())

    def _declared_paths(self, corpus: str) -> list[Path]:
        return [self._folder / path for path in self._parts.corpora.declared[corpus].paths]
