# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""A receiver of OTLP/HTTP that answers as it is told and reads with the protocol's own classes."""

import asyncio
import gzip
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)


class Collector:
    """What was sent, and what is answered next."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, dict[str, str]]] = []
        self.rejects = 0
        self.opens = asyncio.Event()
        self.opens.set()

    @property
    def spans(self) -> list[Any]:
        """Return every span that was taken."""
        return [
            span
            for one in self.requests
            for group in one.resource_spans
            for scope in group.scope_spans
            for span in scope.spans
        ]

    async def answer(self, request: web.Request) -> web.Response:
        """Read a request and answer it."""
        body = await request.read()
        await self.opens.wait()
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        if self.answers:
            status, headers = self.answers.pop(0)
            return web.Response(status=status, headers=headers)
        # aiohttp unpacks what says that it is gzip.
        plain = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        self.requests.append(ExportTraceServiceRequest.FromString(plain))
        answer = ExportTraceServiceResponse()
        answer.partial_success.rejected_spans = self.rejects
        return web.Response(body=answer.SerializeToString(), content_type="application/x-protobuf")


@asynccontextmanager
async def collecting() -> AsyncGenerator[Collector]:
    """Listen on this machine until the block ends."""
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    collector.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield collector
    finally:
        collector.opens.set()
        await runner.cleanup()
