"""Opens what sends traces to another back end, where the settings name one. Secrets come from the environment."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from urllib.parse import urlsplit

from plimsoll.errors import InvalidSettings
from plimsoll.project.settings import SETTINGS_FILE, TraceExportSettings
from plimsoll.records import Clock, Secret
from plimsoll.traces import Capture, Redact, SpanExporter

_PATH = "/v1/traces"


async def open_trace_export(
    stack: AsyncExitStack,
    settings: TraceExportSettings,
    capture: Capture,
    *,
    redact: Redact,
    environ: Mapping[str, str],
    clock: Clock,
) -> SpanExporter | None:
    """Send every span that is captured to the endpoint of the settings too; the stack ends it.

    None where no endpoint is named. Raises InvalidSettings for one that is no address, and for a variable that is not
    set.
    """
    if not settings.endpoint:
        return None
    exporter = SpanExporter(
        _url_of(settings.endpoint),
        clock,
        headers={header: _secret(header, variable, environ) for header, variable in settings.headers.items()},
        redact=redact if settings.content else None,
    )
    await exporter.start()
    stack.push_async_callback(exporter.close)
    capture.hand_on(exporter.put)
    return exporter


def _url_of(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: traces.export.endpoint is {endpoint!r}, which is not an address of OTLP/HTTP.",
            next_step='For example: endpoint = "http://127.0.0.1:4318".',
        )
    address = endpoint.rstrip("/")
    return address if address.endswith(_PATH) else address + _PATH


def _secret(header: str, variable: str, environ: Mapping[str, str]) -> Secret:
    if not environ.get(variable):
        raise InvalidSettings(
            f"{SETTINGS_FILE}: the header {header!r} of traces.export needs ${variable}, which is not set.",
            next_step=f"Set it: export {variable}=...",
        )
    return Secret(environ[variable])
