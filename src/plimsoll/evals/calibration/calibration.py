"""How far a judge can be trusted: its rulings against those of people, on answers that people have judged.

A record, made by `calibrate`, kept by `Calibrations`, read by `drift`, `standing` and the reports.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from plimsoll.line import JudgeErrors
from plimsoll.records import Interval
from plimsoll.stats import JudgedCounts, cohen_kappa, count_judged, wilson

_NO_COUNTS = JudgedCounts(true_pass=0, false_pass=0, true_fail=0, false_fail=0)


class LabelledRuling(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that people judged, and what the judge said of it."""

    case_id: str
    """The case."""
    case_hash: str
    """Changes with the answer and its label; only rulings of equal hash are compared."""
    label: bool
    """What people said."""
    passed: bool | None
    """What the judge said; None where it could not tell."""

    @property
    def is_right(self) -> bool | None:
        """Tell whether the judge said what people said; None where it could not tell."""
        return None if self.passed is None else self.passed is self.label


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A case on which the judge and people differ."""

    case_id: str
    """The case."""
    label: bool
    """What people said."""
    reason: str
    """Why the judge ruled otherwise, in its own words; empty where it was read back, since reasons are not kept."""


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """A judge against people."""

    id: str
    """Its id."""
    judge: str
    """The judge's name."""
    version: str
    """The judge's version: a hash of rubric, model and scale; empty where no call came that far."""
    model: str
    """The model that it asked."""
    dataset: str
    """The dataset's name."""
    dataset_version: str
    """The dataset's content hash."""
    is_drawn: bool = False
    """Whether the labelled answers are a random draw of those that the judge judges."""
    counts: JudgedCounts
    """How its rulings fell on the labels."""
    missing: int
    """Labelled answers of which it could not tell."""
    agreement: Interval | None
    """Cohen's kappa; None where it cannot be seen, since both say one thing every time."""
    sensitivity: Interval | None
    """Share of what people passed that it passes; None where people passed nothing."""
    specificity: Interval | None
    """Share of what people failed that it fails; None where people failed nothing."""
    rulings: tuple[LabelledRuling, ...]
    """Each labelled answer, in the dataset's order."""
    disagreements: tuple[Disagreement, ...]
    """The cases on which it differs, in the dataset's order."""
    at: datetime
    """When it was done, in UTC."""

    @property
    def labels(self) -> int:
        """Return how many labelled answers it rests on, those that the judge could not tell included."""
        return self.counts.passes + self.counts.fails + self.missing

    @property
    def tells_apart(self) -> bool:
        """Tell whether the judge is surely better than a coin: the sum of both lower ends is above one."""
        if self.sensitivity is None or self.specificity is None:
            return False
        return self.sensitivity.low + self.specificity.low > 1

    @property
    def errors(self) -> JudgeErrors:
        """Return how this version of the judge errs, as a line reads it."""
        return JudgeErrors(judge=self.judge, version=self.version, counts=self.counts, is_drawn=self.is_drawn)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What rulings on labelled answers come to."""

    counts: JudgedCounts
    """How they fell on the labels."""
    agreement: Interval | None
    """Cohen's kappa."""
    sensitivity: Interval | None
    """Share of what people passed that was passed."""
    specificity: Interval | None
    """Share of what people failed that was failed."""


def summarise_rulings(rulings: Sequence[LabelledRuling]) -> Figures:
    """Return agreement, sensitivity and specificity of the rulings that were given."""
    given = [(one.label, one.passed) for one in rulings if one.passed is not None]
    labels, passed = [label for label, _ in given], [ruling for _, ruling in given]
    counts = count_judged(labels, passed) if given else _NO_COUNTS
    return Figures(
        counts=counts,
        agreement=cohen_kappa(labels, passed) if len({*labels, *passed}) > 1 else None,
        sensitivity=wilson(counts.true_pass, counts.passes) if counts.passes else None,
        specificity=wilson(counts.true_fail, counts.fails) if counts.fails else None,
    )
