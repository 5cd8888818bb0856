"""How a dataset is run, and how far a run has come: two records, read by `run` and by whoever starts it."""

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.evals.experiment import Experiment
from plimsoll.line import Scorer
from plimsoll.records import Outcome, Principal

_MOST_AT_ONCE = 64
_MOST_REPEATS = 100


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a dataset is run."""

    scorers: tuple[Scorer, ...] = ()
    """Scorers beyond those of the feature's line."""
    concurrency: int = 1
    """Requests at once, 1 to 64; latency is judged at 1 only, since requests wait for each other above it."""
    repeats: int = 1
    """How often each case is asked for, 1 to 100."""
    max_cost_usd: float | None = None
    """The run asks for no further case that could take its cost, judges included, above this; None: no cap."""
    usd_per_request: float = 0.0
    """What one request is expected to cost, for the cap until requests have shown it; 0 when nothing is known."""
    caller: Principal | None = None
    """Who asks; None for the person at this machine."""
    config_hash: str = ""
    """Hash of what the feature runs with, for the record."""
    model: str = ""
    """The model that is asked, for the record; empty for the name that the feature gives."""
    revision: str | None = None
    """The project's git commit, for the record."""
    experiment: Experiment = Experiment()
    """What else the run is made with, for the record."""
    scorer_versions: dict[str, str] = {}
    """Hash of what a scorer runs with, by its name, where more than its definition counts: a judge's rubric."""
    scorer_timeout_seconds: float = 60.0
    """How long one scorer may take over one case."""


class RunProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run has come."""

    run_id: str
    """The run."""
    feature: str
    """The feature's name."""
    dataset: str
    """The dataset's name."""
    done: int
    """Requests that are done, those of an earlier part of the run included."""
    total: int
    """Requests in all: cases times repeats."""
    case_id: str
    """The case that was done last."""
    outcome: Outcome
    """How it ended."""
    cost_usd: float
    """What the requests and their judges cost so far, as far as prices are known."""
    unpriced: int = 0
    """Requests whose cost is not known; they are not in `cost_usd`."""
    seconds: float
    """Since the run began, or went on."""


def check_bounds(settings: RunSettings) -> None:
    """Refuse settings that no run can have; raises InvalidRequest."""
    bounds = (("concurrency", settings.concurrency, _MOST_AT_ONCE), ("repeats", settings.repeats, _MOST_REPEATS))
    for name, value, most in bounds:
        if not 1 <= value <= most:
            raise InvalidRequest(f"{name}={value!r} is not between 1 and {most}.")
    cap = settings.max_cost_usd
    if cap is not None and not cap > 0:
        raise InvalidRequest(f"max_cost_usd={cap!r} is not an amount above 0.", next_step="Write dollars, e.g. 2.50.")
