"""What the project knows: its corpora, their documents, one with its chunks, and the retrieval bench.

A caller sees documents of their tenant that they may read; of the others only the number.
"""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import PATHS, DocumentPage, DocumentText, SyncReport
from plimsoll.project import BenchResult, CorpusCard
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.body import read_object
from plimsoll.server.knowledge_query import read_bench, read_documents, read_first
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


class CorpusView(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus with a page of its documents."""

    corpus: CorpusCard
    """How it fares."""
    page: DocumentPage
    """Its documents."""


async def list_corpora(request: Request) -> Response:
    """`GET /api/knowledge`: how each corpus fares: what it holds, its sources, its index, and what is not kept."""
    caller = require(request, "read")
    return render_json({"corpora": await state_of(request).project.knowledge.seen_by(caller).cards()})


async def show_corpus(request: Request) -> Response:
    """`GET /api/knowledge/{corpus}`: its documents by `source` (of origin), `state` and `text`; `after` pages on."""
    return render_json(await find_corpus(request, require(request, "read")))


async def show_document(request: Request) -> Response:
    """`GET /api/knowledge/{corpus}/documents/{document_id}`: a document with 100 chunks from the place `first`."""
    return render_json(await find_document(request, require(request, "read")))


async def run_bench(request: Request) -> Response:
    """`GET /api/knowledge/{corpus}/bench`: what it finds for `q`, with the scores of both legs and why."""
    return render_json(await put_to_bench(request, require(request, "ask")))


async def confirm_source(request: Request) -> Response:
    """`POST /api/knowledge/{corpus}/confirm`: take what a source is held for: `{"source": …, "seen": finished_at}`."""
    require(request, "ingest")
    sent = await read_object(request)
    reports = await confirm(request, source=str(sent.get("source", "")), seen=str(sent.get("seen", "")))
    return render_json({"reports": reports})


async def find_corpus(request: Request, caller: Principal) -> CorpusView:
    """Return the corpus that the path names with the documents that the query asks for."""
    knowledge, name = state_of(request).project.knowledge.seen_by(caller), request.path_params["corpus"]
    card = await knowledge.card(name)
    asked = read_documents(request.query_params, sources=[one.name for one in card.sources])
    return CorpusView(corpus=card, page=await knowledge.documents(name, asked))


async def find_document(request: Request, caller: Principal) -> DocumentText:
    """Return the document that the path names; what is not for the caller is not there. Raises NotFound."""
    name, document_id = request.path_params["corpus"], request.path_params["document_id"]
    first = read_first(request.query_params)
    return await state_of(request).project.knowledge.seen_by(caller).document(name, document_id, first=first)


async def put_to_bench(request: Request, caller: Principal) -> BenchResult:
    """Put the query's question to the corpus that the path names."""
    name = request.path_params["corpus"]
    return await state_of(request).project.knowledge.seen_by(caller).bench(name, read_bench(request.query_params))


async def confirm(request: Request, *, source: str, seen: str) -> list[SyncReport]:
    """Confirm a source of the corpus that the path names, as it was when it was looked at, and synchronise it."""
    try:
        moment = datetime.fromisoformat(seen)
    except ValueError as error:
        raise InvalidRequest(
            f"seen={seen!r} is not a moment.", next_step="Send the source's `finished_at` as it was shown."
        ) from error
    return await state_of(request).project.knowledge.confirm(
        request.path_params["corpus"], source or PATHS, seen=moment
    )
