"""Where each judge stands, and what its scores are worth: calibrated at which date with which kappa, or uncalibrated.

Called wherever a judge's score is shown. Pure. A score is believed by the calibration of the very version that gave it:
another rubric, model or scale is another judge.
"""

from collections.abc import Iterable, Sequence

import msgspec

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.scorers import PositionBias, position_bias
from plimsoll.line import Judged, JudgeErrors, correct_rate
from plimsoll.records import Interval, Score, ScoreSource
from plimsoll.traces import AlikeScores

UNCALIBRATED = "uncalibrated"
"""What stands beside a score of which nobody knows how far it can be trusted."""


class JudgeStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A judge of the project."""

    judge: str
    """Its name."""
    model: str
    """The model that it asks now, as `provider/model`."""
    version: str
    """Its version now."""
    features: tuple[str, ...]
    """The features whose lines name it."""
    current: Calibration | None
    """The newest calibration of this version; None while it is uncalibrated."""
    history: tuple[Calibration, ...]
    """All calibrations of any version, newest first."""
    state: str
    """`calibrated κ=… of …` or `uncalibrated`, with the reason where it once was calibrated."""


class JudgedRate(msgspec.Struct, frozen=True, kw_only=True):
    """What a judge's scores in a run are worth."""

    judge: str
    """Its name."""
    passes: int
    """Answers that it passed."""
    n: int
    """Answers that it ruled on."""
    calibration: Calibration | None
    """The calibration of the version that ruled, without its single rulings; None where there is none, or where
    several versions ruled."""
    corrected: Interval | None
    """The pass rate that people would find; None without a calibration or a ruling."""
    bias: PositionBias | None = None
    """How often the order of two answers decided, where a judge of pairs ruled; None for other judges."""

    def describe(self) -> str:
        """Return the rate in a sentence or two: what it is worth, and the next command where that is not known."""
        if self.bias is None:
            return self._describe_worth()
        rate = self.bias.rate
        return (
            f"{self._describe_worth()} The order of the answers decided {self.bias.swapped} of {self.bias.pairs} pairs "
            f"({rate.estimate:.2f} [{rate.low:.2f}, {rate.high:.2f}])."
        )

    def _describe_worth(self) -> str:
        if self.calibration is None:
            return f"{self.judge}: {UNCALIBRATED}; `plimsoll evals calibrate {self.judge} DATASET` tells its errors."
        known = f"{self.judge}: {describe_calibration(self.calibration)}"
        if self.corrected is None:
            return f"{known}; it ruled on nothing."
        seen = self.corrected
        return (
            f"{known}; it passed {self.passes / self.n:.3f} of {self.n}, which corrected for its errors is "
            f"{seen.estimate:.3f} [{seen.low:.3f}, {seen.high:.3f}]."
        )


def stand(
    judge: str, history: tuple[Calibration, ...], *, version: str, model: str, features: tuple[str, ...]
) -> JudgeStanding:
    """Return where a judge stands whose version is this one now; `history` is newest first."""
    current = next((one for one in history if one.version == version), None)
    is_stale = current is None and bool(history)
    return JudgeStanding(
        judge=judge,
        model=model,
        version=version,
        features=features,
        current=current,
        history=history,
        state=f"{UNCALIBRATED} since its rubric, model or scale changed" if is_stale else describe_calibration(current),
    )


def describe_calibration(found: Calibration | None) -> str:
    """Return what stands beside a judge's score: `calibrated κ=0.81 of 2026-03-01 on 100 labels`, or `uncalibrated`."""
    if found is None:
        return UNCALIBRATED
    kappa = f"κ={found.agreement.estimate:.2f}" if found.agreement else "κ unknown"
    weak = "" if found.tells_apart else ", which do not show that it tells good from bad"
    return f"calibrated {kappa} of {found.at:%Y-%m-%d} on {found.labels} labels{weak}"


def find_calibration(
    kept: Iterable[Calibration], scores: Sequence[Score] | Sequence[AlikeScores]
) -> Calibration | None:
    """Return the newest calibration (of those given, newest first) of the one version that gave all of the scores."""
    versions = {(score.name, score.version) for score in scores if score.version}
    if len(versions) != 1 or not all(score.version for score in scores):
        return None
    return next((one for one in kept if {(one.judge, one.version)} == versions), None)


def describe_score(score: Score, kept: Iterable[Calibration]) -> str:
    """Return the score in words, with what it is worth where a judge gave it: for a trace."""
    said = "could not tell" if score.value is None else f"{score.value:.2f}"
    ruled = {True: ", passed", False: ", failed", None: ""}[score.passed]
    worth = f" ({describe_calibration(find_calibration(kept, [score]))})" if score.source is ScoreSource.MODEL else ""
    reason = f": {score.reason}" if score.reason else ""
    return f"{score.name} {said}{ruled}{worth}{reason}"


def rate_judges(run: EvalRun, kept: Sequence[Calibration], *, confidence: float = 0.95) -> tuple[JudgedRate, ...]:
    """Return what each judge's scores in the run are worth, by name; `kept` are all calibrations, newest first."""
    found: dict[str, list[tuple[Score, str]]] = {}
    for place, observation in enumerate(observe(run)):
        for name, score in observation.scores.items():
            if score.source is ScoreSource.MODEL:
                found.setdefault(name, []).append((score, observation.cluster or str(place)))
    return tuple(_rate(name, found[name], kept, confidence=confidence) for name in sorted(found))


def errors_of(kept: Iterable[Calibration]) -> tuple[JudgeErrors, ...]:
    """Return how judges err, as a line reads it."""
    return tuple(one.errors for one in kept)


def _rate(
    name: str, given: Sequence[tuple[Score, str]], kept: Sequence[Calibration], *, confidence: float
) -> JudgedRate:
    ruled = [(score, score.passed, cluster) for score, cluster in given if score.passed is not None]
    calibration = find_calibration(kept, [score for score, _, _ in ruled])
    judged = Judged(passed=tuple(one for _, one, _ in ruled), clusters=tuple(cluster for _, _, cluster in ruled))
    return JudgedRate(
        judge=name,
        passes=sum(judged.passed),
        n=len(ruled),
        calibration=msgspec.structs.replace(calibration, rulings=(), disagreements=()) if calibration else None,
        bias=position_bias([score for score, _ in given]),
        corrected=correct_rate(judged, calibration.errors, confidence=confidence) if calibration and ruled else None,
    )
