"""Calls of models on the three wires of chat: one endpoint a wire, whole answers and streams.

The door calls `serve` with a request whose body is read. What a call may cost, where it goes and what happens when a
provider fails is the gateway's.
"""

from contextlib import aclosing

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.gateway import Call, Gateway, ReplyStream, Wire, fields_of, read_session
from plimsoll.records import Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.deadline import within_policy
from plimsoll.server.door.exchange import Exchange
from plimsoll.server.door.feature_calls import FeatureCalls
from plimsoll.server.door.receipt import describe_call, describe_receipt
from plimsoll.server.session_header import SESSION_HEADER, read_session_header

_SESSION = SESSION_HEADER.encode()
_decode_model = msgspec.json.Decoder(str).decode
_decode_flag = msgspec.json.Decoder(bool | None).decode


class Calls:
    """Answers calls on one wire."""

    def __init__(self, gateway: Gateway, features: FeatureCalls, wire: Wire) -> None:
        self._gateway = gateway
        self._features = features
        self._wire = wire

    async def serve(self, exchange: Exchange, caller: Principal) -> None:
        """Answer one call. Raises what the gateway raises, InvalidRequest and Forbidden."""
        fields = fields_of(exchange.body)
        model, streams = read_model(fields), read_flag(fields, "stream")
        feature = self._features.find(model)
        session = read_session_header(exchange.headers.get(_SESSION, b"")) or read_session(fields)
        if feature is not None:
            await self._features.serve(
                exchange, feature, wire=self._wire, fields=fields, streams=streams, caller=caller, session=session
            )
            return
        check_scope(caller, "models")
        call = Call(
            wire=self._wire,
            fields=fields,
            model=model,
            streams=streams,
            caller=caller,
            session=session,
            request_bytes=len(exchange.body),
        )
        await (self._stream(exchange, call) if call.streams else self._answer(exchange, call))

    async def _answer(self, exchange: Exchange, call: Call) -> None:
        reply = await self._gateway.answer(call)
        await exchange.answer(reply.body, headers=describe_receipt(reply.receipt))

    async def _stream(self, exchange: Exchange, call: Call) -> None:
        async with within_policy(self._gateway, call.model), self._gateway.stream(call) as stream:
            await pass_events(exchange, stream)
            await exchange.end()


async def pass_events(exchange: Exchange, stream: ReplyStream) -> None:
    """Send the events of an answer as they come."""
    await exchange.begin_events(describe_call(stream.receipt))
    async with aclosing(aiter(stream)) as events:
        async for event in events:
            await exchange.pass_on(event)


def read_model(fields: dict[str, msgspec.Raw]) -> str:
    """Return the model that a request names. Raises InvalidRequest."""
    try:
        model = _decode_model(fields.get("model", b"null"))
    except msgspec.DecodeError:
        model = ""
    if not model:
        raise InvalidRequest(
            "The request names no model.",
            next_step='Send "model" with a name of plimsoll.toml, `provider/model` or `plimsoll/<feature>`.',
        )
    return model


def read_flag(fields: dict[str, msgspec.Raw], name: str) -> bool:
    """Return whether a field is true; absent and null are not. Raises InvalidRequest for anything but true or false."""
    value = fields.get(name)
    if value is None:
        return False
    try:
        return _decode_flag(value) is True
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"The field {name!r} is neither true nor false.") from error
