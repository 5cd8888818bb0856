"""What an evaluation leaves behind: a run, and one result for each case and repeat.

Made by `run`, kept by `Evaluations`, read by `gate` and `report`. It holds no input and no answer: those stand in the
trace that each result names.
"""

from datetime import datetime

import msgspec

from plimsoll.evals.experiment import Experiment
from plimsoll.line import Observation
from plimsoll.records import ErrorClass, Outcome, Score


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """How one case went, once."""

    case_id: str
    """The case."""
    repeat: int = 0
    """Which repeat of the case, counted from 0."""
    place: int = 0
    """Where the case stands in the dataset, counted from 0."""
    case_hash: str
    """Changes with the case's input and expectations; only results of equal hash are compared."""
    cluster: str | None = None
    """What the case shares with others."""
    tags: tuple[str, ...] = ()
    """Slices the case belongs to."""
    outcome: Outcome
    """How the request ended."""
    error_class: ErrorClass | None = None
    """Who has to act, where something went wrong."""
    latency_ms: float | None = None
    """How long it took; None when it never ran."""
    cost_usd: float | None = None
    """What it cost; None when a price is unknown."""
    scoring_usd: float | None = 0.0
    """What the judges cost who were asked about it; None when a price is unknown."""
    scores: dict[str, Score] = {}
    """What scorers said, by their names; without a value where one could not tell."""
    inapplicable: frozenset[str] = frozenset()
    """Names of the scorers that do not apply to the case."""
    trace_id: str | None = None
    """The request's trace; None when it never ran."""
    message: str = ""
    """Why there is no answer, in one sentence; empty on an answer."""

    def value_of(self, scorer: str) -> float | None:
        """Return the value that the scorer gave; None where it does not apply or could not tell."""
        score = self.scores.get(scorer)
        return score.value if score else None


class EvalRun(msgspec.Struct, frozen=True, kw_only=True):
    """A feature's run over a dataset."""

    id: str
    """The run's id."""
    feature: str
    """The feature's name."""
    dataset: str
    """The dataset's name."""
    dataset_version: str
    """The dataset's content hash."""
    cases: int
    """Cases in the dataset."""
    repeats: int = 1
    """How often each case was asked for."""
    concurrency: int = 1
    """Most requests at once; latencies are comparable at 1 only."""
    config_hash: str = ""
    """Hash of what the feature ran with; empty when it was not told."""
    model: str
    """The model that was asked."""
    revision: str | None = None
    """The project's git commit; None when it is not in git."""
    started_at: datetime
    """When it began, in UTC."""
    ended_at: datetime | None = None
    """When it ended or was interrupted, in UTC; None when its process died."""
    is_complete: bool = False
    """True when every case was run; False for an interrupted run, whose finished cases are kept."""
    stop_reason: str = ""
    """Why it stopped before its end by itself; empty otherwise."""
    scorers: dict[str, str] = {}
    """Hash of each scorer that it was judged by, by the scorer's name."""
    experiment: Experiment = Experiment()
    """What else it was made with."""
    results: tuple[CaseResult, ...] = ()
    """One for each case and repeat that finished, in the dataset's order."""

    @property
    def scores(self) -> list[Score]:
        """Return every score that was given."""
        return [score for result in self.results for score in result.scores.values()]

    @property
    def cost_usd(self) -> float | None:
        """Return what all requests cost, or None when a price is unknown."""
        known = [one.cost_usd for one in self.results if one.cost_usd is not None]
        return sum(known) if len(known) == sum(map(self._has_run, self.results)) else None

    def _has_run(self, result: CaseResult) -> bool:
        """Tell whether the request was made. Only a feature's leaves a trace; of others the time tells."""
        return result.trace_id is not None or (self.experiment.target != "feature" and result.latency_ms is not None)

    @property
    def scoring_usd(self) -> float | None:
        """Return what all judges cost, or None when a price is unknown."""
        costs = [one.scoring_usd for one in self.results]
        return None if None in costs else sum(cost for cost in costs if cost is not None)


def observe(run: EvalRun) -> list[Observation]:
    """Return the results as a line reads them; repeats of one case are a cluster, since they are not independent."""
    return [
        Observation(
            outcome=one.outcome,
            error_class=one.error_class,
            latency_ms=one.latency_ms,
            cost_usd=one.cost_usd,
            scores=one.scores,
            inapplicable=one.inapplicable,
            cluster=one.cluster or (f"case:{one.case_id}" if run.repeats > 1 else None),
        )
        for one in run.results
    ]
