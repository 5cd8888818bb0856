"""`/traces/compare`: what differs between two groups of live requests, likely causes first, each with a small chart."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.pages import IntervalChart, draw_interval, scale_for
from plimsoll.server.api.trace_compare import read_comparison
from plimsoll.server.auth import require
from plimsoll.server.web.render import render_page
from plimsoll.traces import (
    Comparison,
    Finding,
    say_change,
    say_concentration,
    say_more,
    say_reach,
    say_reliability,
)

_USUAL = (
    ("The last hour against the one before", "2h..1h", "1h..now"),
    ("The last day against the one before", "2d..1d", "1d..now"),
    ("The last week against the one before", "2w..1w", "1w..now"),
)


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it is drawn."""

    finding: Finding
    charts: tuple[tuple[str, IntervalChart], ...]
    change: str
    reach: str
    more: str
    examples: tuple[tuple[str, tuple[str, ...]], ...]


async def show_comparison(request: Request) -> Response:
    """`GET /traces/compare`: the groups `a` and `b` compared; without them, what can be compared."""
    caller = require(request, "read")
    chosen = {name: request.query_params.get(name, "").strip() for name in ("a", "b")}
    content: dict[str, object] = {"chosen": chosen, "usual": _USUAL, "compared": None, "problem": None}
    if all(chosen.values()):
        try:
            compared = await read_comparison(request, caller)
        except InvalidRequest as error:
            return render_page(request, "trace_compare.html", {**content, "problem": error}, status=error.http_status)
        content |= _lay_out(compared) | {"twin": f"/api/traces/compare?{request.url.query}"}
    return render_page(request, "trace_compare.html", content)


def _lay_out(compared: Comparison) -> dict[str, object]:
    shown = [_show(one) for one in compared.findings]
    return {
        "compared": compared,
        "sides": (("A", compared.first), ("B", compared.second)),
        "causes": [one for one in shown if one.finding.role == "cause"],
        "effects": [one for one in shown if one.finding.role == "effect"],
        "concentrations": [say_concentration(one) for one in compared.concentrations],
        "reliability": say_reliability(compared),
    }


def _show(finding: Finding) -> _Shown:
    ends = (finding.first, finding.second)
    is_share = finding.measure == "share"
    values = (0.0, 1.0) if is_share else tuple(value for one in ends for value in (one.low, one.high))
    scale = scale_for(values, is_share=is_share)
    return _Shown(
        finding=finding,
        charts=tuple(zip("AB", (draw_interval(one, scale=scale) for one in ends), strict=True)),
        change=say_change(finding),
        reach=say_reach(finding),
        more=say_more(finding),
        examples=(("A", finding.first_examples), ("B", finding.second_examples)),
    )
