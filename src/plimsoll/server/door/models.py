"""`GET /v1/models`: the names that callers may ask for, in the shape of OpenAI's SDK or of Anthropic's.

Aliases of the settings and features of the project. Which models a provider has beyond that is the provider's to say.
"""

from urllib.parse import unquote

import msgspec

from plimsoll.errors import NotFound, unknown_name
from plimsoll.gateway import Gateway
from plimsoll.records import Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.exchange import Exchange
from plimsoll.server.door.feature_calls import FeatureCalls

SPEAKS_ANTHROPIC = b"anthropic-version"
"""The header that tells Anthropic's SDK from OpenAI's."""
_OWNER = "plimsoll"
_UNKNOWN_DATE = "1970-01-01T00:00:00Z"
_encode = msgspec.json.Encoder().encode


class ModelCards:
    """Answers requests for models' names."""

    def __init__(self, gateway: Gateway, features: FeatureCalls, path: str) -> None:
        self._gateway = gateway
        self._features = features
        self._path = path

    async def show_all(self, exchange: Exchange, caller: Principal) -> None:
        """Answer with every name that the caller may ask for."""
        names = self._names(caller)
        cards = [write_card(name, anthropic=_is_anthropic(exchange)) for name in names]
        if _is_anthropic(exchange):
            first, last = (names[0], names[-1]) if names else (None, None)
            body = {"data": cards, "has_more": False, "first_id": first, "last_id": last}
        else:
            body = {"object": "list", "data": cards}
        await exchange.answer(_encode(body))

    async def show(self, exchange: Exchange, caller: Principal) -> None:
        """Answer with one name. Raises NotFound with the nearest."""
        name, known = unquote(exchange.path.removeprefix(f"{self._path}/")), self._names(caller)
        if name not in known:
            raise NotFound(unknown_name("model", name, known))
        await exchange.answer(_encode(write_card(name, anthropic=_is_anthropic(exchange))))

    def _names(self, caller: Principal) -> list[str]:
        if not caller.may("ask"):
            check_scope(caller, "models")
        models = list(self._gateway.plan.routes) if caller.may("models") else []
        return models + (self._features.names() if caller.may("ask") else [])


def write_card(name: str, *, anthropic: bool) -> dict[str, object]:
    """Return a model's name as one of the SDKs reads it."""
    if anthropic:
        return {"type": "model", "id": name, "display_name": name, "created_at": _UNKNOWN_DATE}
    return {"id": name, "object": "model", "created": 0, "owned_by": _OWNER}


def _is_anthropic(exchange: Exchange) -> bool:
    return SPEAKS_ANTHROPIC in exchange.headers
