"""The bars that a line is made of: one demand each on quality, answers, latency, errors or cost.

Written by users in their features, through the five functions below. A bar only states the demand; `evidence` reads
observations for it, and `decide` judges.
"""

import math
from enum import StrEnum

import msgspec

from plimsoll.errors import InvalidFeature
from plimsoll.line.scorer import Scorer, asks_model


class BarKind(StrEnum):
    """What a bar measures."""

    PASS_RATE = "pass_rate"  # noqa: S105 - a rate, not a password
    """The share of the requests that its scorer applies to, answered ones as a rule, whose score passes."""
    ANSWERED = "answered"
    """The share of valid requests that are answered."""
    LATENCY = "latency_p95"
    """The time that 95 % of valid requests do not exceed."""
    ERROR_RATE = "error_rate"
    """The share of valid requests with the outcome `failed`."""
    MEAN_COST = "mean_cost"
    """The mean cost of a valid request."""


_UNITS = {BarKind.LATENCY: "s", BarKind.MEAN_COST: "USD"}
_AT_LEAST = frozenset({BarKind.PASS_RATE, BarKind.ANSWERED})


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One demand. Made by `pass_rate`, `answered`, `latency`, `error_rate` or `mean_cost`, which check it."""

    kind: BarKind
    """What is measured."""
    target: float
    """Where the bar lies, in `unit`."""
    scorer: Scorer | None = None
    """Whose scores have to pass; only for a pass rate."""
    is_calibrated: bool = False
    """Whether the pass rate is read with its judge's errors taken out, and not at all where nobody knows them."""

    @property
    def name(self) -> str:
        """Return the bar's name, unique within a line, e.g. `pass_rate(grounded)`."""
        return f"{self.kind}({self.scorer.name})" if self.scorer else str(self.kind)

    @property
    def unit(self) -> str:
        """Return the unit of target and interval: `share` (0..1), `s` or `USD`."""
        return _UNITS.get(self.kind, "share")

    @property
    def is_share(self) -> bool:
        """Tell whether the bar is on a share of requests."""
        return self.kind not in _UNITS

    @property
    def is_at_least(self) -> bool:
        """Tell whether more is better: the target is a least value, not a most."""
        return self.kind in _AT_LEAST

    def describe(self) -> str:
        """Return the bar as a reader would say it, e.g. `pass_rate(grounded) ≥ 0.9`."""
        corrected = ", corrected," if self.is_calibrated else ""
        return f"{self.name}{corrected} {'≥' if self.is_at_least else '≤'} {self.show(self.target)}"

    def show(self, value: float) -> str:
        """Return a value of this bar with its unit, to three significant digits or decimals."""
        if self.is_share:
            return f"{value:.3f}".rstrip("0").rstrip(".")
        return f"{value:.3g} {self.unit}"


def pass_rate(scorer: Scorer, *, at_least: float, calibrated: bool = False) -> Bar:
    """Demand a share of answered requests whose score passes its scorer.

    With `calibrated` the scorer is a judge whose errors are known from answers that people labelled: the bar is held
    against the corrected rate, and cannot tell while that version of the judge is not calibrated. Raises InvalidFeature
    unless the share lies within 0..1, and where a scorer that asks no model is to be calibrated.
    """
    name: object = getattr(scorer, "name", None)
    if not (isinstance(name, str) and name and callable(getattr(scorer, "score", None))):
        raise InvalidFeature(
            f"pass_rate({scorer!r}) needs a scorer, something with a name and a score method.",
            next_step="Import one from plimsoll.scorers, e.g. `from plimsoll.scorers import grounded`.",
        )
    if calibrated and not asks_model(scorer):
        raise InvalidFeature(
            f"pass_rate({name}, calibrated=True): {name!r} asks no model, so that there is nothing to calibrate.",
            next_step="Leave `calibrated` out, or name a Judge.",
        )
    target = _share(f"pass_rate({name}, at_least", at_least)
    return Bar(kind=BarKind.PASS_RATE, target=target, scorer=scorer, is_calibrated=calibrated)


def answered(*, at_least: float) -> Bar:
    """Demand a share of valid requests that are answered. Raises InvalidFeature unless within 0..1."""
    return Bar(kind=BarKind.ANSWERED, target=_share("answered(at_least", at_least))


def latency(*, p95_seconds: float) -> Bar:
    """Demand a time that 95 % of valid requests do not exceed. Raises InvalidFeature unless above zero."""
    if not (is_number(p95_seconds) and p95_seconds > 0):
        raise InvalidFeature(f"latency(p95_seconds={p95_seconds!r}) is not a number of seconds above 0, e.g. 2.0.")
    return Bar(kind=BarKind.LATENCY, target=float(p95_seconds))


def error_rate(*, at_most: float) -> Bar:
    """Demand a largest share of valid requests with the outcome `failed`. Raises InvalidFeature unless within 0..1."""
    return Bar(kind=BarKind.ERROR_RATE, target=_share("error_rate(at_most", at_most))


def mean_cost(*, at_most_usd: float) -> Bar:
    """Demand a largest mean cost of a valid request, in US dollars. Raises InvalidFeature when below zero."""
    if not (is_number(at_most_usd) and at_most_usd >= 0):
        raise InvalidFeature(
            f"mean_cost(at_most_usd={at_most_usd!r}) is not a sum of US dollars from 0 up, e.g. 0.004."
        )
    return Bar(kind=BarKind.MEAN_COST, target=float(at_most_usd))


def is_number(value: object) -> bool:
    """Tell whether the value is a finite number, and not a truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _share(written: str, value: float) -> float:
    """Return the share. Raises InvalidFeature unless it is a number within 0..1; `written` is how the bar began."""
    if is_number(value) and 0 <= value <= 1:
        return float(value)
    percent = is_number(value) and 1 < value <= 100  # noqa: PLR2004 - a percentage written where a share belongs
    hint = f" Did you mean {value / 100:g}?" if percent else ""
    raise InvalidFeature(f"{written}={value!r}) is not a share: a share lies within 0..1, e.g. 0.9.{hint}")
