"""`/knowledge/{corpus}`: its sources, and its documents page by page; and one document with its chunks."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import PlimsollError
from plimsoll.knowledge import DOCUMENT_STATES, SyncReport
from plimsoll.records import Principal
from plimsoll.server.api.knowledge import confirm, find_corpus, find_document
from plimsoll.server.auth import require
from plimsoll.server.body import read_fields
from plimsoll.server.web.render import render_page

_FILTERS = ("text", "source", "state")


async def show_corpus(request: Request) -> Response:
    """`GET /knowledge/{corpus}`: where its documents come from, and which there are."""
    return await _render(request, require(request, "read"))


async def confirm_source(request: Request) -> Response:
    """`POST /knowledge/{corpus}/confirm`: take what a source is held for, and say what became of it."""
    caller = require(request, "ingest")
    require(request, "read")
    fields = await read_fields(request)
    try:
        reports = await confirm(request, source=fields.get("source", ""), seen=fields.get("seen", ""))
    except PlimsollError as error:
        return await _render(request, caller, problem=error)
    return await _render(request, caller, reports=reports)


async def show_document(request: Request) -> Response:
    """`GET /knowledge/{corpus}/documents/{id}`: where it comes from, who may read it, and its chunks in order."""
    caller = require(request, "read")
    found = await find_document(request, caller)
    content = {
        "corpus": request.path_params["corpus"],
        "document": found.document,
        "chunks": found.chunks,
        "next": found.next,
        "is_first": not found.chunks or found.chunks[0].place == 0,
        "twin": _twin(request),
    }
    return render_page(request, "document.html", content)


async def _render(
    request: Request,
    caller: Principal,
    *,
    reports: Sequence[SyncReport] = (),
    problem: PlimsollError | None = None,
) -> Response:
    found = await find_corpus(request, caller)
    chosen = {name: request.query_params.get(name, "") for name in _FILTERS}
    page = found.page
    content = {
        "corpus": found.corpus,
        "page": page,
        "chosen": chosen,
        "is_filtered": any(chosen.values()),
        "states": DOCUMENT_STATES,
        "next": _address(chosen, after=page.next),
        "previous": _address(chosen, before=page.previous),
        "reports": reports,
        "problem": problem,
        "may_ingest": caller.may("ingest"),
        "may_ask": caller.may("ask"),
        "twin": _twin(request),
    }
    return render_page(request, "corpus.html", content, status=problem.http_status if problem else 200)


def _address(chosen: Mapping[str, str], **place: str | None) -> str:
    """Return the query of another part of the list; empty where there is none."""
    beside = {name: value for name, value in place.items() if value is not None}
    kept = {name: value for name, value in chosen.items() if value}
    return f"?{urlencode({**kept, **beside})}" if beside else ""


def _twin(request: Request) -> str:
    path = f"/api{request.url.path}".removesuffix("/confirm")
    return f"{path}?{request.url.query}" if request.url.query else path
