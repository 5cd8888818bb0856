"""What audits of a corpus found: the last report that was kept, and those before it in numbers."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def show_audit(request: Request) -> Response:
    """`GET /api/knowledge/{corpus}/audit`: the last audit of a corpus, and what those before it found in numbers.

    It names only documents that the caller may read; the numbers of the history are of the whole corpus.
    """
    caller = require(request, "read")
    kept = await state_of(request).project.knowledge.seen_by(caller).kept_audits(request.path_params["corpus"])
    return render_json({"report": kept.report, "history": kept.history})
