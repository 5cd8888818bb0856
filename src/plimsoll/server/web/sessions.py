"""`/sessions`: conversations, and each as its turns."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.pages import main_text
from plimsoll.server.api.sessions import ID, read_conversation, read_conversations
from plimsoll.server.auth import require
from plimsoll.server.web.render import render_page


async def list_sessions(request: Request) -> Response:
    """`GET /sessions`: the conversations with the youngest turns; with `id`, that one as its turns."""
    if ID in request.query_params:
        return await show_session(request)
    found = await read_conversations(request, require(request, "read"))
    content = {
        "sessions": found.sessions,
        "has_scores": any(one.scored for one in found.sessions),
        "withheld": found.withheld,
        "withheld_since": found.withheld_since,
        "address": _address,
        "twin": "/api/sessions",
    }
    return render_page(request, "sessions.html", content)


async def show_session(request: Request) -> Response:
    """`GET /sessions/{id}`: one conversation as its turns, each of which leads to its trace."""
    talk = await read_conversation(request, require(request, "read"))
    content = {
        "talk": talk,
        "said": [(turn, main_text(turn.input_text or ""), main_text(turn.output_text or "")) for turn in talk.turns],
        "twin": f"/api{_address(talk.id)}",
    }
    return render_page(request, "session.html", content)


def _address(session: str) -> str:
    return f"/sessions?{urlencode({ID: session})}"
