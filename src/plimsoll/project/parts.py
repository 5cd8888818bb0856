"""What an open project is made of. A record: `opening` fills it, `Project` reads it."""

import msgspec

from plimsoll.access import Allowances, Keys
from plimsoll.datasets import StoredDatasets
from plimsoll.evals import Calibrations, Evaluations, OnlineScoring
from plimsoll.features import FeatureRunner, PromptVersions
from plimsoll.gateway import Gateway, Spend, SpendLedger
from plimsoll.project.knowledge.corpora import Corpora
from plimsoll.project.models.embedded import EmbeddedOnDemand
from plimsoll.project.models.models import OpenModels
from plimsoll.project.trials import Trials
from plimsoll.project.work import WorkBoard
from plimsoll.records import Clock
from plimsoll.store import Store
from plimsoll.traces import Capture, SpanExporter, Traces, TraceViews


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """The rooms below, opened and joined."""

    clock: Clock
    """Where the time comes from."""
    state: Store
    """The database of truth."""
    telemetry: Store
    """The database of traces."""
    capture: Capture
    """Where spans go; its tracer is everyone's."""
    exporter: SpanExporter | None
    """What sends them to another back end; None where none is named."""
    traces: Traces
    """What happened, to be asked."""
    views: TraceViews
    """Filters of traces that have names."""
    keys: Keys
    """Access keys."""
    allowances: Allowances
    """How much may be used, and by whom."""
    evaluations: Evaluations
    """Stored runs of datasets."""
    calibrations: Calibrations
    """What is known of judges."""
    datasets: StoredDatasets
    """Stored datasets."""
    gateway: Gateway
    """The door to every model."""
    spend: Spend
    """What was spent, to be asked."""
    ledger: SpendLedger
    """What its calls cost."""
    work: WorkBoard
    """Long work that is under way."""
    embedded: EmbeddedOnDemand
    """The models that run in this process."""
    corpora: Corpora
    """What features answer from."""
    models: OpenModels
    """The providers and models that the gateway serves."""
    prompts: PromptVersions
    """The texts that prompts had."""
    online: OnlineScoring
    """What judges live requests."""
    trials: Trials
    """What is tried in the playground."""
    runner: FeatureRunner
    """What runs features."""
