"""Saved views of the list of traces: a filter under a name, for everybody of the caller's tenant.

Whoever reads traces sees them; saving and removing takes the right to administer, since they are everybody's.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.server.auth import require
from plimsoll.server.body import read_object
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.server.tracing.filter_form import address_of
from plimsoll.traces import SavedView


class ViewAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view that is to be saved."""

    name: str
    """Its name, 60 characters at most."""
    filters: dict[str, str]
    """What is written into each filter."""
    replace: bool = False
    """Whether another view of this name may go."""


async def list_views(request: Request) -> Response:
    """`GET /api/traces/views`: the saved views of the caller's tenant, each with the path that it stands for."""
    caller = require(request, "read")
    views = await state_of(request).project.traces.views.list(tenant=caller.tenant)
    return render_json({"views": [_describe(one) for one in views]})


async def save_view(request: Request) -> Response:
    """`POST /api/traces/views`: save `filters` under `name`; `replace` where another view of that name may go."""
    caller = require(request, "admin")
    try:
        asked = msgspec.convert(await read_object(request), ViewAsked)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"The view is not of the declared shape: {error}.") from error
    views = state_of(request).project.traces.views
    return render_json(_describe(await views.save(asked.name, asked.filters, caller=caller, replace=asked.replace)))


async def remove_view(request: Request) -> Response:
    """`DELETE /api/traces/views?name=`: forget the view of this name."""
    caller = require(request, "admin")
    name = request.query_params.get("name", "")
    await state_of(request).project.traces.views.remove(name, tenant=caller.tenant)
    return render_json({"removed": name})


def _describe(view: SavedView) -> dict[str, object]:
    return {**msgspec.structs.asdict(view), "path": address_of(view.filters)}
