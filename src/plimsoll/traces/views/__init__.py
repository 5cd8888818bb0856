"""Saved views: filters of traces that a tenant gave a name."""

from plimsoll.traces.views.views import SavedView, TraceViews

__all__ = ["SavedView", "TraceViews"]
