"""An open project: every operation on it, once.

The command line, the server and the console call these methods; `plimsoll.open` makes the object.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from pydantic import BaseModel

from plimsoll.access import Allowances, Keys
from plimsoll.errors import InvalidDataset, InvalidRequest
from plimsoll.evals import (
    Dataset,
    EvalRun,
    GateReport,
    RunProgress,
    RunSettings,
    gate_run,
    load_dataset,
    read_revision,
    run_dataset,
)
from plimsoll.features import AnyFeature, Result, find_feature, question_field
from plimsoll.gateway import BudgetStanding, Gateway, ModelTarget, SpendBy, SpendTotal, examine_redis
from plimsoll.knowledge import (
    AuditReport,
    Corpus,
    DocumentRow,
    IngestProgress,
    IngestReport,
    SourceState,
    SyncReport,
)
from plimsoll.line import Line
from plimsoll.project.chunk_report import CorpusCut, WayTried, compare_ways, describe_cut
from plimsoll.project.doctor import examine
from plimsoll.project.knowledge_audit import audit_knowledge
from plimsoll.project.overview import describe_project
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.retrieval_quality import (
    RetrievalAsked,
    RetrievalEvaluation,
    evaluate_retrieval,
    load_named_dataset,
)
from plimsoll.project.settings import Settings
from plimsoll.project.status import Check, GatewayHealth, ModelInUse, ProjectStatus, SettingsState
from plimsoll.records import Principal
from plimsoll.traces import CaptureHealth, Trace, TraceFilter, TraceSummary

DATASETS_FOLDER = "datasets"


class Project:
    """A project that is open. Make one with `async with plimsoll.open(".") as project`."""

    def __init__(self, *, folder: Path, in_force: InForce, features: Mapping[str, AnyFeature], parts: Parts) -> None:
        self.folder = folder
        self.features = dict(features)
        self._in_force = in_force
        self._parts = parts

    @property
    def settings(self) -> Settings:
        """Return the settings in force."""
        return self._in_force.settings

    async def reload(self) -> SettingsState:
        """Read `plimsoll.toml` again and put it in force, as far as a running project can; return what came of it."""
        return await self._in_force.reload()

    async def reload_if_changed(self) -> None:
        """Do so when the file has changed and is not being written at present."""
        await self._in_force.look()

    @property
    def keys(self) -> Keys:
        """Return the access keys of the project."""
        return self._parts.keys

    @property
    def allowances(self) -> Allowances:
        """Return how much may be used in the project, and by whom."""
        return self._parts.allowances

    @property
    def gateway(self) -> Gateway:
        """Return the door to every model."""
        return self._parts.gateway

    @property
    def models(self) -> tuple[ModelInUse, ...]:
        """Return which model each alias stands for."""
        return self._parts.models.in_use

    @property
    def targets(self) -> tuple[ModelTarget, ...]:
        """Return every model behind the aliases, with the price that its calls are charged at."""
        plan = self._parts.gateway.plan
        return tuple(target for use in self.models for target in plan.find(use.alias).targets)

    async def ask(self, text: str, *, feature: str = "", caller: Principal | None = None) -> Result[BaseModel]:
        """Ask a feature one question in plain words: the named feature, or the project's default.

        Raises NotFound for an unknown feature, InvalidRequest when its input is not one question.
        """
        asked = find_feature(self.features, feature or self.settings.project.default_feature)
        return await self.run_feature(asked.name, {question_field(asked): text}, caller=caller)

    async def run_feature(
        self, name: str, payload: Mapping[str, object], *, caller: Principal | None = None
    ) -> Result[BaseModel]:
        """Run a feature on a JSON object. Raises NotFound and, for a payload of another shape, InvalidRequest."""
        feature = find_feature(self.features, name)
        return await self._parts.runner.run(feature, feature.parse_input(payload), caller)

    async def ingest(
        self,
        paths: Sequence[Path] = (),
        *,
        corpus: str = "",
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Read files and folders into a corpus: the given ones, or those that the settings declare for it."""
        name = corpus or self.default_corpus()
        opened = await self._parts.corpora.get(name)
        declared = [self.folder / path for path in self.settings.knowledge[name].paths]
        return await opened.ingest(list(paths) or declared, root=self.folder, progress=progress)

    async def sync(
        self, corpus: str = "", *, sources: Sequence[str] = (), progress: Callable[[IngestProgress], None] | None = None
    ) -> list[SyncReport]:
        """Bring a corpus to what its declared sources say now, all of them or those named."""
        return await (await self._corpus(corpus)).sync(sources, progress=progress)

    async def sources(self, corpus: str = "") -> list[SourceState]:
        """Return how each source of a corpus fares: last synchronisation, its result, age, and whether it is held."""
        return await (await self._corpus(corpus)).sources()

    async def confirm_source(self, corpus: str, source: str) -> None:
        """Let the next synchronisation of a held source take what it was held for. Raises NotFound unless held."""
        await (await self._corpus(corpus)).confirm(source)

    async def documents(self, corpus: str = "") -> list[DocumentRow]:
        """Return the documents of a corpus, those that could not be read included."""
        return list(await (await self._parts.corpora.get(corpus or self.default_corpus())).documents())

    async def traces(self, where: TraceFilter | None = None, *, within: timedelta | None = None) -> list[TraceSummary]:
        """Return the traces that the filter lets through, newest first; `within` keeps those of the last while."""
        await self._parts.capture.flush()
        where = where or TraceFilter()
        if within is not None:
            where = msgspec.structs.replace(where, since=self._parts.clock.now() - within)
        return await self._parts.traces.list(where)

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        return await self._parts.traces.get(trace_id)

    async def evaluate(self, name: str, *, progress: Callable[[RunProgress], None] | None = None) -> EvalRun:
        """Run a feature over its dataset, score every case and keep the run.

        Raises NotFound for an unknown feature and InvalidDataset for one without a usable dataset.
        """
        feature = find_feature(self.features, name)
        dataset = load_dataset(self._dataset_path(feature))
        _require_fitting(dataset, feature)
        configuration = self._parts.runner.check(feature)
        run = await run_dataset(
            feature,
            dataset,
            runtime=self._parts.runner,
            evaluations=self._parts.evaluations,
            settings=RunSettings(
                config_hash=configuration.config_hash,
                model=configuration.model,
                revision=read_revision(self.folder),
            ),
            clock=self._parts.clock,
            progress=progress,
        )
        await self._parts.traces.add_scores(run.scores)
        return run

    async def evaluate_retrieval(
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

        Raises NotFound for an unknown corpus, feature or run, and InvalidDataset for an unusable dataset.
        """
        loaded = load_named_dataset(self.folder / DATASETS_FOLDER, dataset)
        asked = RetrievalAsked(
            corpus=corpus,
            k=k,
            caller=caller or Principal.local(),
            feature=find_feature(self.features, feature) if feature else None,
            baseline=await self._parts.evaluations.get(against) if against else None,
        )
        return await evaluate_retrieval(self.folder, self._parts, asked, dataset=loaded, progress=progress)

    async def chunks(self, corpus: str = "") -> CorpusCut:
        """Return how the documents of a corpus were cut."""
        name = corpus or self.default_corpus()
        opened = await self._parts.corpora.get(name)
        return await describe_cut(opened, self.settings.knowledge[name].chunking.made())

    async def compare_chunkings(self, dataset: str, *, corpus: str = "", k: int = 5) -> tuple[WayTried, ...]:
        """Cut the paths of a corpus by every strategy in a temporary index, and compare what a dataset's cases find.

        The corpus's own strategy comes first. Raises NotFound for an unknown corpus, InvalidDataset for an unusable
        dataset.
        """
        name = corpus or self.default_corpus()
        await self._parts.corpora.get(name)
        declared = self.settings.knowledge[name]
        loaded = load_named_dataset(self.folder / DATASETS_FOLDER, dataset)
        paths = [self.folder / path for path in declared.paths]
        return await compare_ways(self._parts, declared.chunking.made(), loaded, paths=paths, root=self.folder, k=k)

    async def audit_knowledge(
        self, corpus: str = "", *, window_days: int = 30, max_age_days: float | None = None
    ) -> AuditReport:
        """Return what is wrong with what a corpus knows, the worst first; nothing is changed."""
        name = corpus or self.default_corpus()
        return await audit_knowledge(self.folder, self._parts, name, window_days=window_days, max_age_days=max_age_days)

    async def gate(
        self, name: str, *, baseline: str = "", progress: Callable[[RunProgress], None] | None = None
    ) -> GateReport:
        """Evaluate a feature and hold the run against its line, and against a stored run where one is named."""
        line = self.line_of(name)
        stored = await self._parts.evaluations.get(baseline) if baseline else None
        run = await self.evaluate(name, progress=progress)
        return gate_run(line, run, baseline=stored)

    def line_of(self, name: str) -> Line:
        """Return the line of a feature. Raises InvalidRequest when it has none."""
        feature = find_feature(self.features, name)
        if feature.line is None:
            raise InvalidRequest(
                f"The feature {name!r} has no line, so there is nothing to hold it against.",
                next_step="Draw one in its definition: line=Line(...).",
            )
        return feature.line

    def capture_health(self) -> CaptureHealth:
        """Return how writing down traces goes."""
        return self._parts.capture.health()

    def gateway_health(self) -> GatewayHealth:
        """Return how limits, ledger and cache fare."""
        return self._parts.models.health()

    async def status(self) -> ProjectStatus:
        """Return the project at a glance: models, features against their lines, corpora."""
        await self._parts.capture.flush()
        return await describe_project(self._in_force, self.features, self._parts)

    async def examine(self) -> list[Check]:
        """Return what is right and wrong with the project and the machine, worst first."""
        return await examine(self.folder, self._in_force, features=self.features, parts=self._parts)

    async def warm_up(self) -> None:
        """Open the corpora that features answer from, and with the first the embedding model, so that nobody waits."""
        used = (feature.retrieval.corpus for feature in self.features.values() if feature.retrieval is not None)
        for name in dict.fromkeys(used):
            await self._parts.corpora.get(name)

    async def reach_limits(self) -> None:
        """Ask the Redis without which limited calls are refused, where there is one. Raises LimitsUnavailable."""
        redis = self._parts.models.stands_on.redis
        if redis is not None and self.settings.gateway.when_redis_is_down == "fail_closed":
            await examine_redis(redis)

    async def spend(self, *, by: SpendBy = "day", days: int = 30, tenant: str | None = None) -> list[SpendTotal]:
        """Return what models cost in the last days (UTC, today included), of one tenant or of all.

        By day in order, by anything else the dearest first. Raises InvalidRequest for another `by`.
        """
        await self._parts.ledger.flush()
        since = self._parts.clock.now().date() - timedelta(days=days - 1)
        return await self._parts.spend.totals(since, by=by, tenant=tenant)

    async def budgets(self) -> list[BudgetStanding]:
        """Return how every budget stands in its present period."""
        await self._parts.ledger.flush()
        return await self._parts.spend.standings(await self._parts.allowances.list())

    async def tidy(self) -> int:
        """Delete what is older than `keep_days` of `[traces]` and of `[spend]` say; return how many rows went."""
        now, settings = self._parts.clock.now(), self.settings
        traces = await self._parts.traces.prune(now - timedelta(days=settings.traces.keep_days))
        return traces + await self._parts.spend.prune(now - timedelta(days=settings.spend.keep_days))

    async def erase(self, subject: str) -> int:
        """Erase what is kept about a person: traces with scores, keys, allowances, kept answers; and name in the spend.

        Return how many rows that were.
        """
        await self._parts.capture.flush()
        await self._parts.ledger.flush()
        rooms = (self._parts.traces, self._parts.keys, self._parts.allowances, self._parts.spend)
        return sum([await room.erase(subject) for room in rooms]) + self._parts.gateway.erase(subject)

    async def _corpus(self, name: str) -> Corpus:
        return await self._parts.corpora.get(name or self.default_corpus())

    def default_corpus(self) -> str:
        """Return the corpus of the default feature, or the only one there is."""
        feature = self.features.get(self.settings.project.default_feature)
        if feature is not None and feature.retrieval is not None:
            return feature.retrieval.corpus
        names = list(self.settings.knowledge)
        if len(names) == 1:
            return names[0]
        raise InvalidRequest(
            f"The project has several corpora: {', '.join(names)}.", next_step="Name one with --corpus NAME."
        )

    def _dataset_path(self, feature: AnyFeature) -> Path:
        if feature.dataset is None:
            raise InvalidDataset(
                f"The feature {feature.name!r} names no dataset.",
                next_step="Name one in its definition: dataset='docs_answer'.",
            )
        return self.folder / DATASETS_FOLDER / f"{feature.dataset}.jsonl"


def _require_fitting(dataset: Dataset, feature: AnyFeature) -> None:
    """Refuse a dataset of which not one case is of the feature's input; single misfits are results of the run."""
    refusals: list[InvalidRequest] = []
    for case in dataset.cases:
        try:
            feature.parse_input(case.input)
        except InvalidRequest as error:
            refusals.append(error)
    if len(refusals) == len(dataset.cases):
        raise InvalidDataset(
            f"No case of the dataset {dataset.name!r} fits the feature. {refusals[0].message}",
            next_step=refusals[0].next_step,
        )
