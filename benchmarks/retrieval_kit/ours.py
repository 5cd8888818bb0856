"""Plimsoll on a set of questions: ingested and asked by its public door."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from answers_kit.ingested import title_of
from opentelemetry.sdk.trace import TracerProvider
from retrieval_kit.benches import Bench
from retrieval_kit.retrieved import Piece

from plimsoll.gateway import Embedder
from plimsoll.knowledge import Corpus
from plimsoll.records import Passage, Principal, SystemClock
from plimsoll.store import Store

DEPTH = 30


async def search_ours(bench: Bench, folder: Path, embedder: Embedder) -> list[list[Piece]]:
    """Return the pieces that the corpus finds for each question, best first."""
    async with _opened(folder, embedder) as corpus:
        paths, names = _write(bench, folder / "documents")
        await corpus.ingest(paths, root=folder)
        found: list[list[Piece]] = []
        for question in bench.questions:
            result = await corpus.retrieve(question.text, passages=DEPTH, caller=Principal.local())
            found.append([_piece(passage, names) for passage in result.passages])
        return found


def _piece(passage: Passage, names: dict[str, str]) -> Piece:
    name = names.get(passage.source) or f"{Path(passage.source).stem}#{passage.page}"
    return Piece(name, passage.start, passage.start + len(passage.text))


def _write(bench: Bench, folder: Path) -> tuple[Sequence[Path], dict[str, str]]:
    """Write the documents as files, each titled as peers see it; PDF are taken as they are."""
    folder.mkdir(parents=True)
    names: dict[str, str] = {}
    for path in bench.pdfs:
        (folder / path.name).write_bytes(path.read_bytes())
    for number, document in enumerate(() if bench.pdfs else bench.documents):
        name = f"{number:05d}.md" if document.title else f"{document.id}.md"
        head = f'---\ntitle: "{title_of(document.title)}"\n---\n' if document.title else ""
        (folder / name).write_bytes(f"{head}{document.text}".encode())
        names[f"documents/{name}"] = document.id
    return [folder], names


@asynccontextmanager
async def _opened(folder: Path, embedder: Embedder) -> AsyncGenerator[Corpus]:
    clock = SystemClock()
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("benchmarks")
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    corpus = await Corpus.open(
        "bench", store=store, folder=folder / "index", embedder=embedder, tracer=tracer, clock=clock
    )
    try:
        yield corpus
    finally:
        await corpus.close()
        await store.close()
