"""What models cost, and who may use how much. A caller sees their own tenant's spend and what they are held to."""

from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.gateway import SpendBy
from plimsoll.records import Allowance, Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of

_MOST_DAYS = 3_650


async def show_spend(request: Request) -> Response:
    """`GET /api/spend`: spend added up by `by` (day, key, group, feature, model, …) over the last `days` (30)."""
    caller = require(request, "read")
    by = cast("SpendBy", request.query_params.get("by", "day"))
    days = _read_days(request.query_params.get("days", "30"))
    totals = await state_of(request).project.spend.totals(by=by, days=days, tenant=caller.tenant)
    return render_json({"by": by, "days": days, "totals": totals})


async def list_allowances(request: Request) -> Response:
    """`GET /api/allowances`: the limits and budgets that the caller is held to, and how the budgets stand."""
    caller, project = require(request, "read"), state_of(request).project
    allowances = [each for each in await project.allowances.list() if _concerns(each, caller)]
    shown = {each.allowance_id for each in allowances}
    budgets = [each for each in await project.spend.budgets() if each.allowance.allowance_id in shown]
    return render_json({"allowances": allowances, "budgets": budgets})


def _read_days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _MOST_DAYS:
        raise InvalidRequest(f"days={text!r} is not a number from 1 to {_MOST_DAYS:,}.")
    return int(text)


def _concerns(allowance: Allowance, caller: Principal) -> bool:
    """Tell whether a call of this caller can be held to it; administrators see all."""
    kind, _, name = allowance.applies_to.partition(":")
    theirs = {"key": {caller.id.removeprefix("key:")}, "group": caller.groups, "tenant": {caller.tenant}}
    return caller.may("admin") or kind not in theirs or name in theirs[kind]
