"""A real server in front of a model that says `pong`, or calls a tool where it is given one, for SDKs to ask."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from plimsoll.testing import Said, SaidTool, SaidUsage, SeenRequest, Upstream

from contract.gateway.fronted import fronted
from contract.server.driving import MODELS
from contract.server.serving import Served

_USAGE = SaidUsage(input_tokens=11, output_tokens=7, cached_input_tokens=4)


@asynccontextmanager
async def driven(folder: Path) -> AsyncGenerator[Served]:
    """Serve a project in the folder."""
    with Upstream(_answer, usage=_USAGE) as upstream:
        async with fronted(folder, upstream, MODELS.format(url=upstream.base_url)) as server:
            yield server


def _answer(seen: SeenRequest) -> Said:
    if "tools" in seen.body:
        return Said(tool_calls=(SaidTool(name="weather", arguments='{"city": "Rome"}'),))
    return Said(text="pong")
