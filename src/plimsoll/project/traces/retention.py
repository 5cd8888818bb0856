"""How long traces stay, as `[traces]` says. `Project.tidy` and `plimsoll traces prune` ask."""

from datetime import datetime, timedelta

from plimsoll.project.settings import TraceSettings
from plimsoll.traces import Keep, Sampling

_GIGABYTE = 1_000_000_000


def sampling_of(settings: TraceSettings) -> Sampling:
    """Return which share of traces stays."""
    asked = settings.sampling
    return Sampling(rate=asked.rate, features=asked.features, slow_ms=asked.slow_ms)


def kept_by_settings(settings: TraceSettings, *, now: datetime) -> Keep:
    """Return which traces stay."""
    marked_days = max(settings.keep_days, settings.keep_marked_days)
    return Keep(
        since=now - timedelta(days=settings.keep_days),
        marked_since=now - timedelta(days=marked_days),
        figures_since=now - timedelta(days=max(settings.keep_figures_days, marked_days)),
        most_bytes=int(settings.keep_gb * _GIGABYTE) or None,
    )
