"""Features that requests name and the project does not define: services of other apps that send their traces.

The overview and `/features` show them below the project's own, since traffic that nobody sees is held against nothing.
"""

from collections.abc import Container, Iterable

import msgspec
from msgspec.structs import replace

from plimsoll.features import is_feature_name
from plimsoll.project.features.live_line import nothing_at
from plimsoll.project.features.traffic import ask_for_requests, describe_traffic
from plimsoll.project.features.windows import DEFAULT_WINDOW, LONGEST_WINDOW, WINDOWS
from plimsoll.project.parts import Parts
from plimsoll.project.status import UNDECLARED, FeatureStatus, Traffic
from plimsoll.traces import FigurePoint, FigureSeries

_MOST = 50
_WINDOW = WINDOWS[DEFAULT_WINDOW]


class UndeclaredTraffic(msgspec.Struct, frozen=True, kw_only=True):
    """Requests of the last 24 hours that are to no feature of the project."""

    features: tuple[FeatureStatus, ...]
    """By the feature that they name, the busiest 50 first."""
    more: int
    """How many more features they name."""
    unnamed: Traffic | None
    """Those that name none; None where there are none."""


async def find_undeclared(declared: Container[str], parts: Parts, *, tenant: str | None) -> UndeclaredTraffic:
    """Return the requests of the last 24 hours that are to no feature of the project."""
    asked = ask_for_requests(None, _WINDOW, now=parts.clock.now(), tenant=tenant)
    series = (await parts.traces.figures(replace(asked, by="feature", ends=False))).series
    found = sorted(_undeclared(series, declared), key=lambda one: (-one.total.count, one.key))
    unnamed = next((one for one in series if not one.key and one.total.count), None)
    return UndeclaredTraffic(
        features=tuple(_describe(one.key, one.total, one.points) for one in found[:_MOST]),
        more=max(0, len(found) - _MOST),
        unnamed=describe_traffic(unnamed.total, unnamed.points) if unnamed else None,
    )


async def find_seen(name: str, parts: Parts, *, tenant: str | None) -> FeatureStatus | None:
    """Return one of them with its requests of the last 24 hours; None where none came in the last 30 days."""
    now = parts.clock.now()
    lately = ask_for_requests(name, WINDOWS[LONGEST_WINDOW], now=now, tenant=tenant)
    seen = (await parts.traces.figures(replace(lately, ends=False))).series
    if not seen or not seen[0].total.count:
        return None
    series = (await parts.traces.figures(ask_for_requests(name, _WINDOW, now=now, tenant=tenant))).series
    return _describe(name, series[0].total, series[0].points) if series else _describe(name, nothing_at(now), ())


def _undeclared(series: Iterable[FigureSeries], declared: Container[str]) -> Iterable[FigureSeries]:
    return (one for one in series if one.key and one.key not in declared and one.total.count)


def _describe(name: str, total: FigurePoint, points: tuple[FigurePoint, ...]) -> FeatureStatus:
    return FeatureStatus(
        name=name,
        kind=UNDECLARED,
        model="",
        bars=(),
        verdict=None,
        reason=_how_to_draw_a_line(name),
        evaluated_at=None,
        traffic=describe_traffic(total, points),
    )


def _how_to_draw_a_line(name: str) -> str:
    if is_feature_name(name):
        return (
            f"No line is drawn for it: define a feature named `{name}` with `line=Line(...)` in `features/`, "
            "and these requests are held against that."
        )
    return (
        "No line is drawn for it, and no feature can have this name: let its spans name one in `plimsoll.feature` "
        "(small letters, digits and underscores), and define that with `line=Line(...)` in `features/`."
    )
