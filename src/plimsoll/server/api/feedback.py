"""What people say of answers, sent by the app that showed them."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.project import Feedback
from plimsoll.records import Principal
from plimsoll.server.auth import caller_of, check_scope
from plimsoll.server.body import read_object
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of

_SCOPES = ("ask", "models", "telemetry")
"""Keys of apps: whoever may cause an answer may say how it was received."""


async def give_feedback(request: Request) -> Response:
    """`POST /v1/feedback`: what a person says of the answer `trace_id`: `value`, `name`, `label`, `comment`, `user`."""
    caller = _require_app(request)
    sent = await read_object(request)
    trace_id = sent.pop("trace_id", "")
    try:
        given = msgspec.convert(sent, Feedback)
    except msgspec.ValidationError as error:
        raise InvalidRequest(
            f"The feedback is not of the declared shape: {error}.",
            next_step='Send e.g. {"trace_id": "…", "value": true, "comment": "…"}.',
        ) from error
    score = await state_of(request).project.traces.seen_by(caller).score(str(trace_id), given)
    return render_json({"score": score})


def _require_app(request: Request) -> Principal:
    caller = caller_of(request)
    if not any(caller.may(scope) for scope in _SCOPES):
        check_scope(caller, _SCOPES[0])
    return caller
