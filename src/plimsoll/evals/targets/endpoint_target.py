"""An HTTP endpoint as a target: one POST a case, made again a few times where the server is busy.

It never follows a redirect, since headers hold secrets, and reads at most 10 MB of a reply.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime

import aiohttp

from plimsoll.evals.target import Reply, fail_case
from plimsoll.evals.targets.endpoint import Endpoint
from plimsoll.evals.targets.endpoint_reply import EndpointReply, read_endpoint_reply, write_body
from plimsoll.records import Case, Clock, ErrorClass

_BUSY = frozenset({429, 503})
_LARGEST_BYTES = 10_000_000
_FIRST_PAUSE_SECONDS = 0.5
_CONNECTIONS = 64


class EndpointTarget:
    """Asks an HTTP endpoint; made by `opened_endpoint`."""

    def __init__(self, endpoint: Endpoint, session: aiohttp.ClientSession, *, clock: Clock) -> None:
        self._endpoint = endpoint
        self._session = session
        self._clock = clock

    async def ask(self, case: Case, *, tags: Mapping[str, str]) -> Reply:
        """Send the case and read the reply; the endpoint's own traces know nothing of `tags`."""
        _ = tags
        seconds = self._endpoint.timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                said = await self._send_patiently(write_body(self._endpoint, case))
        except TimeoutError:
            message = f"The endpoint did not answer within {seconds:g} s, retries included."
            return fail_case(case, ErrorClass.INFRASTRUCTURE, message=message)
        except (aiohttp.ClientError, OSError) as error:
            message = f"The endpoint could not be reached: {type(error).__name__}."
            return fail_case(case, ErrorClass.INFRASTRUCTURE, message=message)
        if len(said.body) > _LARGEST_BYTES:
            message = f"The reply has more than {_LARGEST_BYTES:,} bytes."
            return fail_case(case, ErrorClass.MODEL, message=message, latency_ms=said.latency_ms)
        return read_endpoint_reply(self._endpoint, case, said)

    async def _send_patiently(self, body: bytes) -> EndpointReply:
        pause = _FIRST_PAUSE_SECONDS
        for _ in range(self._endpoint.retries):
            said, asked_to_wait = await self._send(body)
            if said.status not in _BUSY:
                return said
            await asyncio.sleep(pause if asked_to_wait is None else asked_to_wait)
            pause *= 2
        said, _ = await self._send(body)
        return said

    async def _send(self, body: bytes) -> tuple[EndpointReply, float | None]:
        """Send once; return the reply, and the seconds that it asks to wait for."""
        began = self._clock.monotonic()
        async with self._session.post(self._endpoint.url, data=body, allow_redirects=False) as reply:
            content = await _read_bounded(reply.content)
            elapsed_ms = (self._clock.monotonic() - began) * 1_000
            said = EndpointReply(status=reply.status, body=content, latency_ms=elapsed_ms)
            return said, read_wait(reply.headers.get("Retry-After", ""), self._clock)


@asynccontextmanager
async def opened_endpoint(
    endpoint: Endpoint, *, environ: Mapping[str, str], clock: Clock
) -> AsyncGenerator[EndpointTarget]:
    """Open connections to the endpoint for the time of a run; raises InvalidSettings for a secret that is not set."""
    secrets = {name: value.reveal() for name, value in endpoint.read_secrets(environ).items()}
    headers = {"Content-Type": "application/json", **endpoint.headers, **secrets}
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
    timeout = aiohttp.ClientTimeout(total=endpoint.timeout_seconds)
    async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=timeout) as session:
        yield EndpointTarget(endpoint, session, clock=clock)


def read_wait(value: str, clock: Clock) -> float | None:
    """Return the seconds that a Retry-After header asks to wait for; None where it says nothing that can be read."""
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0.0, (moment - clock.now()).total_seconds())


async def _read_bounded(stream: aiohttp.StreamReader) -> bytes:
    content = bytearray()
    async for part in stream.iter_any():
        content += part
        if len(content) > _LARGEST_BYTES:
            break
    return bytes(content)
