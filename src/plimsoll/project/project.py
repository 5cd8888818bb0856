"""An open project: every operation on it, once.

The command line, the server and the console call these methods; `plimsoll.open` makes the object.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel

from plimsoll.access import Allowances, Keys
from plimsoll.features import AnyFeature, Result, find_feature, question_field
from plimsoll.gateway import Gateway, ModelTarget, examine_redis
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.doctor import examine
from plimsoll.project.evals.evals import Evals
from plimsoll.project.evals.red_team import RedTeam
from plimsoll.project.features.report import FeatureReport, report_feature
from plimsoll.project.features.undeclared import find_seen
from plimsoll.project.features.windows import DEFAULT_WINDOW, find_window
from plimsoll.project.knowledge.knowledge import ProjectKnowledge
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.overview import describe_feature, describe_project
from plimsoll.project.parts import Parts
from plimsoll.project.playground import Playground
from plimsoll.project.prompts.prompts import Prompts
from plimsoll.project.reload import InForce
from plimsoll.project.settings import Settings
from plimsoll.project.settings_report import SettingsReport, describe_settings
from plimsoll.project.spend import ProjectSpend
from plimsoll.project.status import Check, GatewayHealth, ModelInUse, ProjectStatus, SettingsState
from plimsoll.project.traces.replay import Where
from plimsoll.project.traces.telemetry import Telemetry
from plimsoll.project.traces.traces import ProjectTraces
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
        self.schedules = Schedules(
            parts, lambda: in_force.settings, audit=lambda corpus: self.knowledge.audit(corpus, keep=True)
        )

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
    def knowledge(self) -> ProjectKnowledge:
        """Return the corpora, with all that is done to them."""
        return ProjectKnowledge(
            self._parts,
            self.schedules,
            features=self.features,
            folder=self.folder,
            default_feature=self.settings.project.default_feature,
        )

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
    def spend(self) -> ProjectSpend:
        """Return what models cost, and how budgets stand."""
        return ProjectSpend(self._parts)

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

    async def reach_limits(self) -> None:
        """Ask the Redis without which limited calls are refused, where there is one. Raises LimitsUnavailable."""
        redis = self._parts.models.stands_on.redis
        if redis is not None and self.settings.gateway.when_redis_is_down == "fail_closed":
            await examine_redis(redis)

    async def tidy(self) -> int:
        """Delete what need not stay by `[traces]` and `[spend]`; return how many traces and entries went."""
        thinned = await self.traces.thin()
        pruned = await self.traces.prune()
        return thinned + pruned.traces + await self.spend.prune(keep_days=self.settings.spend.keep_days)

    async def erase(self, subject: str) -> int:
        """Erase what is kept about a person, and take their name out of the spend.

        That is traces with scores, trials, views, stored cases, keys, allowances, answers.
        Return how many rows that were.
        """
        await self._parts.capture.flush()
        await self._parts.ledger.flush()
        parts = self._parts
        rooms = (parts.traces, parts.trials, parts.views, parts.datasets, parts.keys, parts.allowances, parts.spend)
        return sum([await room.erase(subject) for room in rooms]) + self._parts.gateway.erase(subject)
