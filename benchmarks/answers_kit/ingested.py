"""A corpus that holds the passages of a question set, each ingested as a document of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from answers_kit.questions import QuestionSet
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.gateway import Embedder, load_embedder
from plimsoll.knowledge import Corpus, IngestReport
from plimsoll.records import SystemClock
from plimsoll.store import Store

CORPUS = "passages"
"""Name of the corpus."""


class Ingested(msgspec.Struct, frozen=True):
    """An open corpus and how it came about."""

    corpus: Corpus
    """The corpus, ready to be asked."""
    store: Store
    """Where its truth is kept."""
    folder: Path
    """Where its index lies."""
    embedder: Embedder
    """Its embedding model."""
    report: IngestReport
    """What ingestion said."""
    passage_of: dict[str, str]
    """Passage id of each source."""


@asynccontextmanager
async def ingested(question_set: QuestionSet, folder: Path) -> AsyncGenerator[Ingested]:
    """Write the passages as Markdown files, ingest them by the public door, and yield the corpus."""
    documents = folder / "documents"
    passage_of = write_passages(question_set, documents)
    clock, embedder = SystemClock(), load_embedder()
    tracer = TracerProvider().get_tracer("benchmarks")
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    corpus = await Corpus.open(CORPUS, store=store, folder=folder, embedder=embedder, tracer=tracer, clock=clock)
    try:
        report = await corpus.ingest([documents], root=folder)
        yield Ingested(corpus, store, folder / CORPUS, embedder, report, passage_of)
    finally:
        await corpus.close()
        await store.close()


def write_passages(question_set: QuestionSet, folder: Path) -> dict[str, str]:
    """Write one file a passage, titled by its article, and return the passage id of each source."""
    folder.mkdir(parents=True, exist_ok=True)
    passage_of: dict[str, str] = {}
    for number, passage in enumerate(question_set.passages):
        name = f"{number:05d}.md"
        (folder / name).write_text(f'---\ntitle: "{title_of(passage.title)}"\n---\n{passage.text}\n', encoding="utf-8")
        passage_of[f"documents/{name}"] = passage.passage_id
    return passage_of


def title_of(article: str) -> str:
    """Return the title under which an article's passages are ingested."""
    return article.replace("_", " ").replace('"', "'")
