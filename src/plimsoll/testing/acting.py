"""How `Upstream` acts out a fault on one request. Nothing else calls it."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import web

from plimsoll.testing.fault import Fault, FaultKind

_JSON = "application/json"

Body = dict[str, object]


def send_json(body: Body) -> web.Response:
    """Return a good answer."""
    return web.Response(body=msgspec.json.encode(body), content_type=_JSON)


async def act_out(fault: Fault, request: web.Request, body: Body) -> web.StreamResponse:
    """Answer the request as the fault says; `body` is what a good answer would hold."""
    return await _ACTS[fault.kind](fault, request, body)


async def _answer_late(fault: Fault, _: web.Request, body: Body) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return send_json(body)


async def _hang(_fault: Fault, _request: web.Request, _body: Body) -> web.StreamResponse:
    await asyncio.Event().wait()
    return web.Response()


async def _answer_status(fault: Fault, _request: web.Request, _body: Body) -> web.StreamResponse:
    error = {"error": {"message": fault.message, "type": "injected", "code": fault.status}}
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    return web.Response(body=msgspec.json.encode(error), status=fault.status, content_type=_JSON, headers=headers)


async def _reset(_fault: Fault, request: web.Request, _body: Body) -> web.StreamResponse:
    _cut(request)
    return web.Response()


async def _truncate(_fault: Fault, request: web.Request, body: Body) -> web.StreamResponse:
    whole = msgspec.json.encode(body)
    response = web.StreamResponse(headers={"Content-Type": _JSON, "Content-Length": str(len(whole))})
    await response.prepare(request)
    await response.write(whole[: len(whole) // 2])
    _cut(request, politely=True)
    return response


async def _cut_json(_fault: Fault, _request: web.Request, body: Body) -> web.StreamResponse:
    whole = msgspec.json.encode(body)
    return web.Response(body=whole[: len(whole) // 2], content_type=_JSON)


async def _answer_nonsense(_fault: Fault, _request: web.Request, _body: Body) -> web.StreamResponse:
    return web.Response(body=b"{'choices': [oops", content_type=_JSON)


async def _answer_page(_fault: Fault, _request: web.Request, _body: Body) -> web.StreamResponse:
    return web.Response(text="<html>Please sign in.</html>", content_type="text/html")


async def _omit_usage(_fault: Fault, _request: web.Request, body: Body) -> web.StreamResponse:
    return send_json({name: value for name, value in body.items() if name != "usage"})


async def _oversize(fault: Fault, _request: web.Request, body: Body) -> web.StreamResponse:
    return send_json({**body, "padding": "x" * fault.size})


async def _drip(fault: Fault, request: web.Request, _body: Body) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": _JSON})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(fault.seconds)


async def _redirect(_fault: Fault, request: web.Request, _body: Body) -> web.StreamResponse:
    return web.Response(status=307, headers={"Location": str(request.url)})


def _cut(request: web.Request, *, politely: bool = False) -> None:
    """End the connection; politely lets what was written go out first."""
    if request.transport is None:
        return
    if politely:
        request.transport.close()
    else:
        request.transport.abort()


_ACTS: dict[FaultKind, Callable[[Fault, web.Request, Body], Awaitable[web.StreamResponse]]] = {
    FaultKind.LATENCY: _answer_late,
    FaultKind.HANG: _hang,
    FaultKind.STATUS: _answer_status,
    FaultKind.RESET: _reset,
    FaultKind.TRUNCATED: _truncate,
    FaultKind.CUT_JSON: _cut_json,
    FaultKind.MALFORMED: _answer_nonsense,
    FaultKind.WRONG_TYPE: _answer_page,
    FaultKind.NO_USAGE: _omit_usage,
    FaultKind.OVERSIZE: _oversize,
    FaultKind.DRIP: _drip,
    FaultKind.REDIRECT: _redirect,
}
