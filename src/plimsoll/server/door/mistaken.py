"""Paths that an SDK calls when its base URL has `/v1` missing, or twice, or for metrics: answered with what to set."""

from plimsoll.errors import NotFound
from plimsoll.records import Principal
from plimsoll.server.door.door import Endpoint
from plimsoll.server.door.exchange import Exchange
from plimsoll.server.door.paths import DOOR_PATHS, LOGS, TRACES
from plimsoll.server.door.telemetry import tell_status

_VERSION = "/v1"
_METRICS = "/v1/metrics"
_TELEMETRY = (TRACES, LOGS)


def mistaken_paths() -> dict[str, Endpoint]:
    """Return an endpoint for each such path that is called by POST, none of which is a page of the server."""
    # Without `/v1` a telemetry path is a page of the console.
    meant = [one.path for one in DOOR_PATHS if one.method == "POST" and one.path not in _TELEMETRY]
    endpoint = Endpoint(serve=_say_where)
    exporters = {
        _VERSION + right: Endpoint(serve=_say_where, tell=tell_status, takes_packed=True) for right in _TELEMETRY
    }
    exporters[_METRICS] = Endpoint(serve=_decline_metrics, tell=tell_status, takes_packed=True)
    missing = {right.removeprefix(_VERSION): endpoint for right in meant}
    return exporters | missing | {_VERSION + right: endpoint for right in meant}


async def _say_where(exchange: Exchange, _: Principal) -> None:
    right = _VERSION + exchange.path.removeprefix(_VERSION).removeprefix(_VERSION)
    raise NotFound(
        f"There is nothing at {exchange.path!r}; {right!r} was meant.",
        next_step="The base URL of OpenAI's SDK ends in `/v1`; that of Anthropic's and an OTLP endpoint do not.",
    )


async def _decline_metrics(_exchange: Exchange, _: Principal) -> None:
    raise NotFound(
        "Plimsoll takes traces and logs, no metrics.",
        next_step="Set OTEL_METRICS_EXPORTER=none, or OTEL_EXPORTER_OTLP_METRICS_ENDPOINT to who takes them.",
    )
