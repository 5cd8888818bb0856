"""Fold rows of figures into the points of a series. Pure."""

from datetime import UTC, datetime, timedelta

import msgspec

from plimsoll.stats import quantile_ranks
from plimsoll.traces.figures import FigurePoint, QualityPoint
from plimsoll.traces.rollup.amounts import WHOLE, Amount
from plimsoll.traces.rollup.histogram import count_within, quantiles
from plimsoll.traces.rollup.judgements import Judgement

UNKNOWN = "unknown"
"""How an outcome is named that nobody said."""
_FAILED = "failed"
_TAIL = 0.95
_NANO = 1e9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Gathered(msgspec.Struct):
    """What was counted in one step of a series."""

    amount: Amount
    by_outcome: dict[str, int] = {}
    by_error_class: dict[str, int] = {}
    quality: dict[str, Judgement] = {}

    def add(self, amount: Amount, *, outcome: str, error_class: str) -> None:
        """Add what a row counts."""
        self.amount.add(amount)
        ended = outcome or UNKNOWN
        self.by_outcome[ended] = self.by_outcome.get(ended, 0) + amount.count
        if error_class:
            self.by_error_class[error_class] = self.by_error_class.get(error_class, 0) + amount.count

    def add_all(self, other: "Gathered") -> None:
        """Add what was gathered elsewhere."""
        self.amount.add(other.amount)
        for mine, more in ((self.by_outcome, other.by_outcome), (self.by_error_class, other.by_error_class)):
            for name, count in more.items():
                mine[name] = mine.get(name, 0) + count
        for name, judgement in other.quality.items():
            self.judge(name, judgement)

    def judge(self, name: str, judgement: Judgement) -> None:
        """Add what a row of scores says."""
        self.quality.setdefault(name, Judgement()).add(judgement)


def make_point(gathered: Gathered, *, start: int, within_ms: float | None = None, ends: bool = False) -> FigurePoint:
    """Return what was gathered as a point that begins so many seconds after 1970 began."""
    amount = gathered.amount
    low, high = _ends(amount) if ends else (None, None)
    p50, p95, p99 = quantiles(amount.latencies, (0.5, _TAIL, 0.99))
    priced = amount.count - amount.unpriced
    return FigurePoint(
        at=_moment(start),
        count=_whole(amount.count),
        errors=_whole(gathered.by_outcome.get(_FAILED, 0)),
        by_outcome={name: _whole(count) for name, count in sorted(gathered.by_outcome.items())},
        by_error_class={name: _whole(count) for name, count in sorted(gathered.by_error_class.items())},
        p50_ms=p50,
        p95_ms=p95,
        p95_low_ms=low,
        p95_high_ms=high,
        in_time=None if within_ms is None else _whole(count_within(amount.latencies, within_ms)),
        p99_ms=p99,
        cost_usd=amount.cost / WHOLE / _NANO if priced > 0 else None,
        unpriced=_whole(amount.unpriced),
        input_tokens=_whole(amount.input_tokens),
        output_tokens=_whole(amount.output_tokens),
        cached_tokens=_whole(amount.cached_tokens),
        quality={name: _quality(judgement) for name, judgement in sorted(gathered.quality.items())},
    )


def move_point(point: FigurePoint, start: int) -> FigurePoint:
    """Return the same point at another beginning, in seconds after 1970 began."""
    return msgspec.structs.replace(point, at=_moment(start))


def _moment(start: int) -> datetime:
    return _EPOCH + timedelta(seconds=start)


def _ends(amount: Amount) -> tuple[float | None, float | None]:
    """Return the ends of the 95th percentile's interval, both None where nothing was timed."""
    n = _whole(amount.count)
    if n < 1:
        return None, None
    ranks = quantile_ranks(n, _TAIL)
    low, high = quantiles(amount.latencies, ((ranks.low or 0) / n, (ranks.high or 0) / n))
    return low if ranks.low else None, high if ranks.high else None


def _quality(judgement: Judgement) -> QualityPoint:
    rate = judgement.passed / judgement.weight if judgement.weight else None
    return QualityPoint(n=judgement.judged, rate=rate, missing=judgement.missing)


def _whole(thousandths: int) -> int:
    return round(thousandths / WHOLE)
