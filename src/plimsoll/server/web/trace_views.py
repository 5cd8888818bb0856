"""`/traces/views`: save the list on the page under a name, or forget a name. The list itself says how it went."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.errors import NeedsConfirmation, NotFound, PlimsollError
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.body import read_fields
from plimsoll.server.state import state_of
from plimsoll.server.tracing.filter_form import address_of
from plimsoll.server.tracing.view_links import Unsaved
from plimsoll.server.web.traces import render_list


async def change_views(request: Request) -> Response:
    """`POST /traces/views`: save the query's filters under `name`, or forget the view `remove`; back to the list."""
    caller = require(request, "admin")
    fields = await read_fields(request)
    if fields.get("remove"):
        return await _remove(request, caller, fields["remove"])
    name, filters = fields.get("name", ""), dict(request.query_params)
    views = state_of(request).project.traces.views
    try:
        view = await views.save(name, filters, caller=caller, replace=fields.get("replace") == "yes")
    except PlimsollError as error:
        unsaved = Unsaved(name=name, problem=error, is_taken=isinstance(error, NeedsConfirmation))
        return await render_list(request, caller, unsaved)
    return RedirectResponse(address_of(view.filters), status_code=303)


async def _remove(request: Request, caller: Principal, name: str) -> Response:
    try:
        await state_of(request).project.traces.views.remove(name, tenant=caller.tenant)
    except NotFound:
        # Somebody else was faster: it is gone, as was asked.
        return RedirectResponse("/traces", status_code=303)
    return RedirectResponse(address_of(dict(request.query_params)), status_code=303)
