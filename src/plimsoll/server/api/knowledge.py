"""What the project knows: its corpora and their documents, those that could not be read with the reason."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.knowledge import DocumentRow
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of


async def show_knowledge(request: Request) -> Response:
    """`GET /api/knowledge`: each corpus with its figures."""
    require(request, "read")
    return render_json({"corpora": (await state_of(request).project.status()).corpora})


async def list_documents(request: Request) -> Response:
    """`GET /api/documents`: the documents of a corpus (`?corpus=`), those that could not be read included."""
    caller = require(request, "read")
    return render_json(
        {"documents": await find_documents(request, caller, corpus=request.query_params.get("corpus", ""))}
    )


async def find_documents(request: Request, caller: Principal, *, corpus: str) -> list[DocumentRow]:
    """Return the corpus's documents that belong to the caller's tenant."""
    documents = await state_of(request).project.documents(corpus)
    return [document for document in documents if document.tenant == caller.tenant]
