"""How long traces stay, as `[traces]` says. `Project.tidy` and `plimsoll traces prune` ask."""

from datetime import datetime, timedelta

from plimsoll.project.settings import TraceSettings
from plimsoll.traces import Keep

_GIGABYTE = 1_000_000_000


def kept_by_settings(settings: TraceSettings, *, now: datetime) -> Keep:
    """Return which traces stay."""
    marked_days = max(settings.keep_days, settings.keep_marked_days)
    return Keep(
        since=now - timedelta(days=settings.keep_days),
        marked_since=now - timedelta(days=marked_days),
        figures_since=now - timedelta(days=max(settings.keep_figures_days, marked_days)),
        most_bytes=int(settings.keep_gb * _GIGABYTE) or None,
    )
