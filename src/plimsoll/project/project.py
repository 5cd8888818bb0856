"""An open project: every operation on it, once.

The command line, the server and the console call these methods; `plimsoll.open` makes the object.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from pydantic import BaseModel

from plimsoll.access import Allowances, Keys
from plimsoll.errors import InvalidRequest
from plimsoll.evals import AdoptionReport
from plimsoll.features import AnyFeature, Result, find_feature, question_field
from plimsoll.gateway import BudgetStanding, Gateway, ModelTarget, SpendBy, SpendTotal, examine_redis
from plimsoll.knowledge import (
    AuditReport,
    Corpus,
    DocumentRow,
    IngestProgress,
    IngestReport,
    KeptReport,
    SourceState,
    SyncReport,
    keep_report,
    read_kept,
)
from plimsoll.project.adoption import Adoption, AdoptionAsked
from plimsoll.project.chunk_report import CorpusCut, WayTried, compare_ways, describe_cut
from plimsoll.project.datasets import DATASETS_FOLDER, Datasets
from plimsoll.project.doctor import examine
from plimsoll.project.eval_runs import EvalWatch
from plimsoll.project.evals import Evals, dataset_of
from plimsoll.project.feature_report import FeatureReport, report_feature
from plimsoll.project.knowledge import Knowledge
from plimsoll.project.knowledge_audit import audit_knowledge
from plimsoll.project.overview import describe_feature, describe_project
from plimsoll.project.parts import Parts
from plimsoll.project.playground import Playground
from plimsoll.project.prompts import Prompts
from plimsoll.project.red_team import RedTeam
from plimsoll.project.reload import InForce
from plimsoll.project.replay import Where
from plimsoll.project.retrieval_quality import (
    RetrievalAsked,
    RetrievalEvaluation,
    evaluate_retrieval,
)
from plimsoll.project.schedules import Schedules
from plimsoll.project.settings import Settings
from plimsoll.project.settings_report import SettingsReport, describe_settings
from plimsoll.project.status import Check, GatewayHealth, ModelInUse, ProjectStatus, SettingsState
from plimsoll.project.telemetry import Telemetry
from plimsoll.project.traces import ProjectTraces
from plimsoll.project.undeclared import find_seen
from plimsoll.project.windows import DEFAULT_WINDOW, find_window
from plimsoll.project.work import WorkBoard
from plimsoll.records import Principal


class Project:
    """A project that is open. Make one with `async with plimsoll.open(".") as project`."""

    def __init__(self, *, folder: Path, in_force: InForce, features: Mapping[str, AnyFeature], parts: Parts) -> None:
        self.folder = folder
        self.features = dict(features)
        self._in_force = in_force
        self._parts = parts
        self.telemetry = Telemetry(parts)
        self.schedules = Schedules(parts, lambda: in_force.settings, audit=self._audit_on_schedule)

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
    def knowledge(self) -> Knowledge:
        """Return the corpora, to be looked at."""
        return Knowledge(self._parts, sources=self.sources, datasets=self.folder / DATASETS_FOLDER)

    @property
    def evals(self) -> Evals:
        """Return what holds features and judges against datasets."""
        return Evals(self._parts, features=self.features, folder=self.folder)

    @property
    def datasets(self) -> Datasets:
        """Return the datasets, files and stored ones."""
        return Datasets(self._parts, features=self.features, folder=self.folder)

    @property
    def prompts(self) -> Prompts:
        """Return the prompts, with every version that was used."""
        return Prompts(self._parts, features=self.features, folder=self.folder)

    @property
    def traces(self) -> ProjectTraces:
        """Return the traces, with all that was captured so far."""
        return ProjectTraces(self._parts, Where(features=self.features, folder=self.folder), self.settings)

    @property
    def work(self) -> WorkBoard:
        """Return the long work that is under way, of every process of this machine."""
        return self._parts.work

    @property
    def playground(self) -> Playground:
        """Return where candidates of features are tried."""
        drafts = Path(self.settings.storage.folder)
        return Playground(self._parts, features=self.features, folder=self.folder, drafts=drafts)

    @property
    def red_team(self) -> RedTeam:
        """Return what attacks features, and what compares how they treat groups."""
        return RedTeam(self._parts, features=self.features, datasets=self.datasets)

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
        self, name: str, payload: Mapping[str, object], *, caller: Principal | None = None, session: str = ""
    ) -> Result[BaseModel]:
        """Run a feature on a JSON object, as a turn of a conversation where a session is named.

        Raises NotFound and, for a payload of another shape, InvalidRequest.
        """
        feature = find_feature(self.features, name)
        tags = {"plimsoll.session": session} if session else None
        return await self._parts.runner.run(feature, feature.parse_input(payload), caller, tags=tags)

    async def adopt(
        self,
        name: str,
        models: Sequence[str],
        asked: AdoptionAsked | None = None,
        *,
        tell: Callable[[str, str], None] = lambda _, __: None,
        watch: EvalWatch | None = None,
    ) -> AdoptionReport:
        """Try models in a feature: dataset, edge probes, integration, recorded traffic; the verdict is the gate's.

        `tell` is told each model and step before it begins. Raises NotFound, InvalidFeature and InvalidRequest.
        """
        feature = find_feature(self.features, name)
        adoption = Adoption(
            self._parts, self.folder, feature, line=self.evals.line_of(name), asked=asked or AdoptionAsked()
        )
        dataset = await self.datasets.load(dataset_of(feature))
        return await adoption.compare(models, dataset, tell=tell, watch=watch or EvalWatch())

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
        name = corpus or self.default_corpus()
        opened = await self._parts.corpora.get(name)
        declared = [self.folder / path for path in self.settings.knowledge[name].paths]
        with self.work.under_way("ingestion", name) as told:
            return await opened.ingest(
                list(paths) or declared,
                root=self.folder,
                progress=told.of_ingestion(progress),
                confirm_loss=confirm_loss,
            )

    async def sync(
        self, corpus: str = "", *, sources: Sequence[str] = (), progress: Callable[[IngestProgress], None] | None = None
    ) -> list[SyncReport]:
        """Bring a corpus to what its declared sources say now, all of them or those named."""
        opened = await self._corpus(corpus)
        with self.work.under_way("synchronisation", opened.name) as told:
            return await opened.sync(sources, progress=told.of_ingestion(progress))

    async def sources(self, corpus: str = "") -> list[SourceState]:
        """Return how each source of a corpus fares: last and next synchronisation, result, age, whether it is held."""
        opened = await self._corpus(corpus)
        due = {one.source: one.due_at for one in await self.schedules.describe(opened.name) if one.task == "sync"}
        return [msgspec.structs.replace(one, next_sync_at=due.get(one.name)) for one in await opened.sources()]

    async def confirm_source(self, corpus: str, source: str) -> None:
        """Let the next synchronisation of a held source take what it was held for. Raises NotFound unless held."""
        await (await self._corpus(corpus)).confirm(source)

    async def documents(self, corpus: str = "") -> list[DocumentRow]:
        """Return all documents of a corpus, those that could not be read included."""
        return await (await self._corpus(corpus)).documents()

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
        loaded = await self.datasets.load(dataset)
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
        loaded = await self.datasets.load(dataset)
        paths = [self.folder / path for path in declared.paths]
        return await compare_ways(self._parts, declared.chunking.made(), loaded, paths=paths, root=self.folder, k=k)

    async def audit_knowledge(
        self, corpus: str = "", *, window_days: int = 30, max_age_days: float | None = None, keep: bool = False
    ) -> AuditReport:
        """Return what is wrong with what a corpus knows, the worst first; the corpus is not changed.

        `keep` keeps the report for `kept_audits`, as an audit on a schedule does.
        """
        name, parts = corpus or self.default_corpus(), self._parts
        report = await audit_knowledge(self.folder, parts, name, window_days=window_days, max_age_days=max_age_days)
        if keep:
            await keep_report(parts.state, report, clock=parts.clock)
        return report

    async def kept_audits(self, corpus: str = "") -> KeptReport:
        """Return the last report that was kept of a corpus, and what those before it found in numbers.

        Raises NotFound for a corpus that is not declared.
        """
        return await read_kept(self._parts.state, self._parts.corpora.require(corpus or self.default_corpus()))

    def gateway_health(self) -> GatewayHealth:
        """Return how limits, ledger and cache fare."""
        return self._parts.models.health()

    async def status(self, tenant: str | None = None) -> ProjectStatus:
        """Return the project at a glance: models, features against their lines, corpora; requests are the tenant's."""
        await self._parts.capture.flush()
        return await describe_project(
            self._in_force, self.features, self._parts, schedules=self.schedules, tenant=tenant
        )

    async def describe_feature(self, name: str, window: str = DEFAULT_WINDOW, *, caller: Principal) -> FeatureReport:
        """Return a feature over a while, of the caller's tenant; also one that only requests of 30 days name.

        Raises NotFound, and InvalidRequest for a window.
        """
        while_, feature, tenant = find_window(window), self.features.get(name), caller.tenant
        await self._parts.capture.flush()
        status = None if feature else await find_seen(name, self._parts, tenant=tenant)
        if status is None:
            feature = find_feature(self.features, name)
            status = await describe_feature(feature, self._parts, tenant=tenant)
        return await report_feature(feature, self._parts, status=status, window=while_, caller=caller)

    async def describe_settings(self) -> SettingsReport:
        """Return what is in force: every setting, models with prices, keys by name, allowances, and how stores fare."""
        return await describe_settings(
            self._in_force, self._parts, folder=self.folder, targets=self.targets, schedules=self.schedules
        )

    async def examine(self) -> list[Check]:
        """Return what is right and wrong with the project and the machine, worst first."""
        return await examine(
            self.folder, self._in_force, features=self.features, parts=self._parts, schedules=self.schedules
        )

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
        """Delete what need not stay by `[traces]` and `[spend]`; return how many traces and entries went."""
        thinned = await self.traces.thin()
        pruned = await self.traces.prune()
        oldest = self._parts.clock.now() - timedelta(days=self.settings.spend.keep_days)
        return thinned + pruned.traces + await self._parts.spend.prune(oldest)

    async def erase(self, subject: str) -> int:
        """Erase what is kept about a person: traces with scores, views, stored cases, keys, allowances, answers.

        In the spend it takes away the name.
        Return how many rows that were.
        """
        await self._parts.capture.flush()
        await self._parts.ledger.flush()
        parts = self._parts
        rooms = (parts.traces, parts.views, parts.datasets, parts.keys, parts.allowances, parts.spend)
        return sum([await room.erase(subject) for room in rooms]) + self._parts.gateway.erase(subject)

    async def _audit_on_schedule(self, corpus: str) -> None:
        await self.audit_knowledge(corpus, keep=True)

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
