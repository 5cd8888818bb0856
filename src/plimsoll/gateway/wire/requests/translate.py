"""Says a request in another wire's words, by way of chat completions. The gateway calls it before an attempt."""

from collections.abc import Callable

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.gateway.wire.requests.chat_to_messages import chat_to_messages
from plimsoll.gateway.wire.requests.messages_to_chat import messages_to_chat
from plimsoll.gateway.wire.requests.responses_to_chat import responses_to_chat
from plimsoll.gateway.wire.requests.settle import settle_chat
from plimsoll.gateway.wire.requests.shapes import Json


def _same(body: Json) -> Json:
    return body


_TO_CHAT: dict[Wire, Callable[[Json], Json]] = {
    Wire.CHAT: _same,
    Wire.MESSAGES: messages_to_chat,
    Wire.RESPONSES: responses_to_chat,
}
_FROM_CHAT: dict[Wire, Callable[[Json], Json]] = {Wire.CHAT: settle_chat, Wire.MESSAGES: chat_to_messages}


def translate_request(body: Json, *, source: Wire, target: Wire) -> Json:
    """Return the request in the target's words; the same object where both wires are one.

    Kept: everything that the model reads or that bounds its answer. What a pair drops stands in its file's docstring.
    Raises InvalidRequest, naming the field, for what the target cannot say and the answer would lack, and for a body
    that is no request of the source.
    """
    if source is target:
        return body
    if target not in _FROM_CHAT:
        raise InvalidRequest(
            f"A {source} request cannot be translated for a provider that speaks {target} only.",
            next_step="Call it on its own interface, or choose another model.",
        )
    try:
        return _FROM_CHAT[target](_TO_CHAT[source](body))
    except RecursionError as error:
        raise InvalidRequest(
            "The request is nested too deeply to be translated.", next_step="Send a flatter schema."
        ) from error
