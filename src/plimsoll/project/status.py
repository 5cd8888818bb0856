"""What an open project says about itself: models in use, health, and each feature against its line. Records only."""

from datetime import datetime
from typing import Literal

import msgspec

from plimsoll.gateway import CacheCounts, LedgerHealth, LimiterHealth
from plimsoll.knowledge import ScheduleState
from plimsoll.project.features.live_line import LiveStanding
from plimsoll.records import Verdict

UNDECLARED = "undeclared"
"""The kind of a feature that requests name and the project does not define."""


class ModelInUse(msgspec.Struct, frozen=True, kw_only=True):
    """Which model an alias stands for right now."""

    alias: str
    """The name that features use."""
    provider: str
    """The provider that answers."""
    model: str
    """The provider's name of the model."""
    because: str
    """Why this one, e.g. `OPENAI_API_KEY is set`."""
    missing_key: str = ""
    """The environment variable that should hold its provider's key and does not; empty: nothing is missing."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One finding about the project or the machine."""

    name: str
    """What was looked at."""
    state: Literal["ok", "warning", "wrong"]
    """How it is; `wrong` keeps the project from working."""
    message: str
    """What was found, in one sentence."""
    next_step: str = ""
    """What to type or change; empty when nothing needs to be done."""


class Traffic(msgspec.Struct, frozen=True, kw_only=True):
    """How the requests of users to a feature ended in the last 24 hours; evaluations are not among them."""

    requests: int = 0
    """All requests."""
    outcomes: dict[str, int] = {}
    """How many ended how."""
    p95_ms: float | None = None
    """The time that 95 of 100 did not exceed; None where nothing was asked."""
    cost_usd: float | None = None
    """What they cost; None where no price is known."""
    unpriced: int = 0
    """Requests whose price is not known."""
    trend: tuple[int, ...] = ()
    """Requests in each hour, the oldest first."""


class FeatureStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One feature against its line."""

    name: str
    """Its name."""
    kind: str
    """`single` or `rag`; `undeclared` where only requests name it."""
    model: str
    """The model alias it uses; empty where it is undeclared."""
    bars: tuple[str, ...]
    """Its line, bar by bar, in words."""
    verdict: Verdict | None
    """What its newest complete evaluation says; None before the first one."""
    reason: str
    """Why, in one sentence, or how to get a verdict."""
    evaluated_at: datetime | None
    """When that evaluation ran."""
    traffic: Traffic
    """How its requests ended lately."""
    live: LiveStanding | None = None
    """What they say about its line; None for a feature without one."""


class CorpusStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus holds."""

    name: str
    """Its name."""
    documents: int
    """Documents that answers may come from."""
    chunks: int
    """Chunks they were cut into."""
    failed: int
    """Documents that could not be read."""
    updated_at: datetime | None
    """When it last changed; None while it is empty."""


class GatewayHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How what this process's calls pass through fares."""

    shared: Literal["no", "redis"]
    """Where limits and cached replies are: in this process alone, or in Redis."""
    limits: LimiterHealth
    """Limits of requests, tokens and calls at once."""
    ledger: LedgerHealth
    """What calls cost."""
    cache: CacheCounts
    """Kept replies."""


class SettingsState(msgspec.Struct, frozen=True, kw_only=True):
    """Which settings are in force."""

    loaded_at: datetime
    """When they were read."""
    reloads: int = 0
    """How often they changed since the project was opened."""
    problem: str = ""
    """Why the file as it is now is not in force; empty when it is."""
    waiting: tuple[str, ...] = ()
    """Settings that changed and take effect at the next start, e.g. `server.port`."""


class ProjectStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The whole project at a glance."""

    name: str
    """The project's name."""
    models: tuple[ModelInUse, ...]
    """Which models are in use."""
    features: tuple[FeatureStatus, ...]
    """Each feature against its line."""
    undeclared: tuple[FeatureStatus, ...] = ()
    """Features that requests of the last 24 hours name and the project does not define, the busiest 50 first."""
    more_undeclared: int = 0
    """How many more of those there are."""
    unnamed: Traffic | None = None
    """Requests of the last 24 hours that name no feature; None where there are none."""
    corpora: tuple[CorpusStatus, ...]
    """What the knowledge holds."""
    schedules: tuple[ScheduleState, ...]
    """How what is done on a schedule fares."""
    gateway: GatewayHealth
    """How limits, ledger and cache fare."""
    settings: SettingsState
    """Which settings are in force."""
    dropped_spans: int
    """Spans that were not stored because the store was slow or down; never silent."""
