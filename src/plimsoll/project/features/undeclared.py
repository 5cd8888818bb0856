"""Features that requests name and the project does not define: services of other apps that send their traces.

The overview and `/features` show them below the project's own, since traffic that nobody sees is held against nothing.
"""

from collections.abc import Container, Iterable

from msgspec.structs import replace

from plimsoll.features import is_feature_name
from plimsoll.project.features.live_line import nothing_at
from plimsoll.project.features.traffic import ask_for_requests, describe_traffic
from plimsoll.project.features.windows import DEFAULT_WINDOW, LONGEST_WINDOW, WINDOWS
from plimsoll.project.parts import Parts
from plimsoll.project.status import UNDECLARED, FeatureStatus
from plimsoll.traces import FigurePoint, FigureSeries

_MOST = 50
_WINDOW = WINDOWS[DEFAULT_WINDOW]


async def find_undeclared(
    declared: Container[str], parts: Parts, *, tenant: str | None
) -> tuple[tuple[FeatureStatus, ...], int]:
    """Return the 50 with the most requests of the last 24 hours, and how many more there are."""
    asked = ask_for_requests(None, _WINDOW, now=parts.clock.now(), tenant=tenant)
    series = (await parts.traces.figures(replace(asked, by="feature", ends=False))).series
    found = sorted(_undeclared(series, declared), key=lambda one: (-one.total.count, one.key))
    return tuple(_describe(one.key, one.total, one.points) for one in found[:_MOST]), max(0, len(found) - _MOST)


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
