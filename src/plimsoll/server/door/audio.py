"""`/v1/audio/…`: recordings to text and text to sound, passed on as they come. Nothing of them is kept or read."""

from plimsoll.gateway import Gateway, Relay, read_model
from plimsoll.records import Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.deadline import within_policy
from plimsoll.server.door.exchange import Exchange
from plimsoll.server.door.receipt import describe_call, safe_value


class AudioCalls:
    """Passes requests on to one path of the providers."""

    def __init__(self, gateway: Gateway, path: str) -> None:
        self._gateway = gateway
        self._path = path

    async def serve(self, exchange: Exchange, caller: Principal) -> None:
        """Pass one request on, and its answer back. Raises what the gateway raises, and Forbidden."""
        check_scope(caller, "models")
        content_type = exchange.headers.get(b"content-type", b"application/json").decode("latin-1")
        model = read_model(exchange.body, content_type)
        sent = Relay(path=self._path, body=exchange.body, content_type=content_type, model=model, caller=caller)
        async with within_policy(self._gateway, model), self._gateway.relay(sent) as answer:
            kind = (b"content-type", safe_value(answer.content_type))
            await exchange.begin([kind, *describe_call(answer.receipt)])
            async for chunk in answer.chunks:
                await exchange.pass_on(chunk)
            await exchange.end()
