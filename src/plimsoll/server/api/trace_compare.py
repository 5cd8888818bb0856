"""What differs between two groups of live requests: windows, versions, variants, models or filters."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.traces import MOST_SAMPLED, Comparison

_MOST = 10_000


async def show_comparison(request: Request) -> Response:
    """`GET /api/traces/compare`: how the group `b` differs from the group `a`, causes first; `most`, `seed`."""
    return render_json(await read_comparison(request, require(request, "read")))


async def read_comparison(request: Request, caller: Principal) -> Comparison:
    """Return the comparison that the query asks for, of what the caller may see. Raises InvalidRequest."""
    query = request.query_params
    first, second = (query.get(name, "").strip() for name in ("a", "b"))
    most, seed = _read_number(query.get("most", ""), MOST_SAMPLED), _read_number(query.get("seed", ""), 0)
    project = state_of(request).project
    return await project.traces.compare(first, second, caller=caller, most=min(most, _MOST), seed=seed)


def _read_number(text: str, otherwise: int) -> int:
    if not text.strip():
        return otherwise
    if not text.isascii() or not text.isdigit():
        raise InvalidRequest(f"{text!r} is not a whole number.")
    return int(text)
