"""How `Upstream` acts out an answer: which script it follows, good or spoiled by a fault. Nothing else calls it."""

from aiohttp import web

from plimsoll.testing.acting.script import Script, perform
from plimsoll.testing.acting.streams import STREAM_ACTS, send_stream
from plimsoll.testing.acting.whole import WHOLE_ACTS, send_whole
from plimsoll.testing.fault import Fault
from plimsoll.testing.gate import Gate
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking import Spoken

__all__ = ["can_strike", "send"]


def can_strike(fault: Fault, seen: SeenRequest) -> bool:
    """Tell whether a request can have this fault."""
    is_meant = fault.model in (None, seen.model) and seen.path.endswith(fault.path or "")
    return is_meant and (seen.streams or fault.kind in WHOLE_ACTS)


async def send(spoken: Spoken, fault: Fault | None, where: tuple[web.Request, Gate]) -> web.StreamResponse:
    """Answer a request, well or as the fault says."""
    request, gate = where
    if fault is None and not spoken.events and isinstance(spoken.body, dict):
        return web.Response(body=spoken.encode(), content_type=spoken.content_type)
    return await perform(_write_script(spoken, fault), request, gate)


def _write_script(spoken: Spoken, fault: Fault | None) -> Script:
    if spoken.events:
        return send_stream(spoken) if fault is None else STREAM_ACTS[fault.kind](fault, spoken)
    # A path that never streams (embeddings) may be asked to: what only a stream can have leaves it alone.
    if fault is None or fault.kind not in WHOLE_ACTS:
        return send_whole(spoken)
    return WHOLE_ACTS[fault.kind](fault, spoken)
