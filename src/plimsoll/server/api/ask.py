"""One question in plain words, as the console and `plimsoll ask` send it."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.project import write_answer
from plimsoll.server.auth import require
from plimsoll.server.body import read_object
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def ask(request: Request) -> Response:
    """`POST /api/ask`: `{"text": …, "feature": …}`; the feature is the project's default unless named."""
    caller = require(request, "ask")
    sent = await read_object(request)
    text, feature = read_text(sent, "text"), read_text(sent, "feature", default="")
    result = await state_of(request).project.ask(text, feature=feature, caller=caller)
    return render_json(write_answer(result))


def read_text(sent: dict[str, object], name: str, *, default: str | None = None) -> str:
    """Return a text field of a JSON object; raises InvalidRequest when it is missing or something else."""
    value = sent.get(name, default)
    if not isinstance(value, str):
        found = "missing" if value is None else f"of type {type(value).__name__}"
        raise InvalidRequest(
            f"The field {name!r} is {found}; it is a text.", next_step='Send {"text": "your question"}.'
        )
    return value
