"""What is asked of the figures, and what comes back: counts, percentiles, cost and quality over time, per series.

The console, the alerts and the comparison of versions call `Traces.figures`. Nothing here scans a span.
"""

from datetime import datetime
from typing import Literal

import msgspec

from plimsoll.records import LOCAL_TENANT

MOST_POINTS = 2_000
"""Points of a series that may be asked for."""
By = Literal["", "variant", "model", "error_class", "outcome", "feature"]
"""What the figures are split by; empty for one series."""


class FigureFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which figures; what is None does not narrow."""

    since: datetime
    """The first moment; its minute is counted whole."""
    until: datetime
    """The end: the first moment that is not counted, up to its minute."""
    step_seconds: float = 60.0
    """How long a point of a series is: whole minutes. Steps begin at multiples of it since 1970."""
    kind: str = "request"
    """`request` for requests as a whole, or the kind of a step: `model`, `retrieval`, `tool`, `guard`, `judge`, …"""
    feature: str | None = None
    """Name of the feature."""
    variant: str | None = None
    """The variant that served it."""
    name: str | None = None
    """The model, for requests and model calls; the step's name for steps of other kinds."""
    tenant: str | None = LOCAL_TENANT
    """Whose requests; None, all tenants', is for whoever runs the machine."""
    is_evaluation: bool | None = False
    """True for the cases of evaluations, False for the requests of users, None for both."""
    within_ms: float | None = None
    """Count those as well that took no longer than this."""
    ends: bool = False
    """Whether each point says between which ends its 95th percentile lies."""
    by: By = ""
    """What to split them by."""


class QualityPoint(msgspec.Struct, frozen=True, kw_only=True):
    """What the scores of one name said in a while."""

    n: int
    """Requests that were judged."""
    rate: float | None
    """Share that passed, of all requests that those stand for; None of none. Without a threshold, the mean value."""
    missing: int = 0
    """Judgements that could not tell: they count for nothing."""


class FigurePoint(msgspec.Struct, frozen=True, kw_only=True):
    """One while: a step of a series, or all of it. What was not seen is None, never 0."""

    at: datetime
    """When it begins, in UTC."""
    count: int
    """Requests, or steps: an estimate where a part of them is kept."""
    errors: int
    """Those that failed."""
    by_outcome: dict[str, int]
    """Those of each outcome; `unknown` where none was said."""
    by_error_class: dict[str, int]
    """Those of each error class; without those that have none."""
    p50_ms: float | None
    """Duration in milliseconds that half of them did not exceed, to within 1 %."""
    p95_ms: float | None
    """The same for 95 of 100."""
    p95_low_ms: float | None = None
    """The lower end of its 95 % interval by order statistics; None where so few show none, or none was asked for."""
    p95_high_ms: float | None = None
    """The upper end."""
    in_time: int | None = None
    """Those that took no longer than `within_ms`, to within 1 % of it; None where that was not asked for."""
    p99_ms: float | None
    """The same for 99 of 100."""
    cost_usd: float | None
    """Cost of those whose price is known; None where none is."""
    unpriced: int
    """Those whose price is not known, so that the cost is at least what it says."""
    input_tokens: int
    """Tokens read."""
    output_tokens: int
    """Tokens written."""
    cached_tokens: int
    """Tokens read from a provider's cache: a part of those read."""
    quality: dict[str, QualityPoint]
    """By name of the score; of requests only, and not where they are split by model, error class or outcome."""


class FigureSeries(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a chart."""

    key: str
    """What it was split by, e.g. a variant's name; empty for what has none, and for the only series."""
    points: tuple[FigurePoint, ...]
    """One for each step, oldest first, also where nothing was seen."""
    total: FigurePoint
    """The whole while."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted."""

    series: tuple[FigureSeries, ...]
    """By key; none where nothing was seen."""
