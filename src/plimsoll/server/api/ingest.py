"""Bringing documents into the knowledge: by their path within the project, or as files that are sent."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import IngestReport
from plimsoll.project import Project
from plimsoll.server.auth import require
from plimsoll.server.body import SentForm, read_form
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of
from plimsoll.server.uploads import resolve_paths, save_files

_NEXT = 'Send {"paths": ["documents"]}, or files as multipart/form-data.'


class IngestOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to read."""

    paths: list[str] = []
    """Files and folders, relative to the project; empty: what plimsoll.toml declares."""
    corpus: str = ""
    """Corpus to read them into; empty: the default feature's."""
    confirm_loss: bool = False
    """Whether documents whose files are gone are forgotten however many they are."""


async def ingest(request: Request) -> Response:
    """`POST /api/ingest`: read documents into a corpus and report on each that could not be read."""
    require(request, "ingest")
    project = state_of(request).project
    if request.headers.get("content-type", "").startswith("multipart/"):
        return render_json(await ingest_form(project, await read_form(request)))
    order = _read_order(await request.body())
    paths = resolve_paths(project.folder, order.paths)
    report = await project.knowledge.ingest(paths, corpus=order.corpus, confirm_loss=order.confirm_loss)
    return render_json(report)


async def ingest_form(project: Project, form: SentForm) -> IngestReport:
    """Keep the files of a form and read them; without files, read again what plimsoll.toml declares."""
    corpus = form.fields.get("corpus", "") or project.knowledge.default_corpus()
    paths = await save_files(project.folder, project.settings, corpus=corpus, files=form.files)
    return await project.knowledge.ingest(paths, corpus=corpus)


def _read_order(body: bytes) -> IngestOrder:
    try:
        return msgspec.json.decode(body or b"{}", type=IngestOrder)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"The body is not an ingestion: {error}.", next_step=_NEXT) from error
