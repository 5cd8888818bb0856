"""How a corpus follows documents that change: what is embedded again, what is forgotten, what deleted pages answer.

Run `benchmarks/freshness.py [--data DIR] [--json] [--quick]`. DIR holds `fastapi_docs` and `policy_handbook_18f`, two
revisions of each with the list of what changed between them; `--quick` takes a part of the pages. Exits with 1 when
something is embedded that was known, when what became of a page is not what the list says, or when a deleted page
answers.
"""

import argparse
import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing
from pathlib import Path

import msgspec
from embedding_kit.noting import NotingEmbedder
from freshness_kit.asking import Answer, Asked, Question, ask_all, in_parts, judge_answers
from freshness_kit.counting import count_needless, count_new, count_new_here
from freshness_kit.pages import PAGES, differences, find_moved, lay_out, questions_of, read_changes
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.gateway import Embedder, load_embedder
from plimsoll.knowledge import Corpus, DeclaredSource, FolderSource
from plimsoll.records import SystemClock
from plimsoll.store import Store

REVISIONS = {"fastapi_docs": ("2023-05-16", "2024-08-31"), "policy_handbook_18f": ("2022-12-29", "2025-02-27")}
CUT = """
SELECT documents.source, chunks.context, chunks.text
FROM knowledge_chunks AS chunks JOIN knowledge_documents AS documents ON documents.id = chunks.document_id
"""


class Synced(msgspec.Struct, frozen=True, kw_only=True):
    """What one synchronisation did and took."""

    added: int
    changed: int
    moved: int
    unchanged: int
    removed: int
    failed: int
    chunks: int
    texts_embedded: int
    seconds: float
    cpu_seconds: float


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One set of pages."""

    name: str
    first: Synced
    second: Synced
    chunks_after: int
    """Chunks of the later revision."""
    new_texts: int
    """Chunks of it whose text no page of the earlier one had."""
    new_to_their_page: int
    """Chunks of it whose text the page of that name did not have."""
    embedded_needlessly: int
    """Texts that were embedded the second time although their page had them, or more often than they are there."""
    not_as_listed: tuple[str, ...]
    """Pages of which the corpus and the list say different things."""
    asked: Asked


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=list(REVISIONS), default=[])
    given = parser.parse_args()
    there = [name for name in given.only or REVISIONS if (given.data / name).is_dir()]
    if not there:
        print(f"none of {', '.join(REVISIONS)} is at {given.data}: set PLIMSOLL_DATA or give --data")
        return 2
    embedder = load_embedder()
    measured = [asyncio.run(measure(given.data / name, embedder, is_quick=given.quick)) for name in there]
    for one in measured:
        show(one)
    missed = [mistake for one in measured for mistake in mistakes(one)]
    print("\n".join(f"MISSED {mistake}" for mistake in missed) or "nothing missed")
    if given.json:
        print(msgspec.json.encode({"measured": measured, "missed": missed}).decode())
    return 1 if missed else 0


def show(one: Measured) -> None:
    """Print what was measured of one set."""
    print(one.name)
    for name, synced in (("first", one.first), ("second", one.second)):
        print(
            f"  {name + ' sync':<12} {synced.added} added, {synced.changed} changed, {synced.moved} moved, "
            f"{synced.removed} removed, {synced.unchanged} unchanged, {synced.failed} not read; "
            f"{synced.texts_embedded} texts embedded; {synced.seconds:.1f} s, {synced.cpu_seconds:.1f} CPU s"
        )
    print(
        f"  embedded     {one.second.texts_embedded} of {one.chunks_after} chunks the second time, {one.new_texts} of "
        f"them new, {one.new_to_their_page} new to their page; embedded needlessly: {one.embedded_needlessly}"
    )
    print(f"  as listed    pages that differ from the list of changes: {len(one.not_as_listed)}")
    asked = one.asked
    print(
        f"  deleted      {asked.pages} pages, {asked.moved} of them moved; {asked.questions} questions, "
        f"{asked.found_before} found their page before. Passages of deleted pages found directly after, "
        f"{asked.of_old_index} times by the index from before: {asked.deleted_found_by_old_index}; by the new "
        f"index: {asked.deleted_found_after}; still citable: {asked.deleted_citable}"
    )


def mistakes(one: Measured) -> list[str]:
    """Return what is not as it must be."""
    asked = one.asked
    told = [f"{one.name}: {page}" for page in one.not_as_listed]
    if one.embedded_needlessly:
        told.append(f"{one.name}: {one.embedded_needlessly} texts were embedded needlessly")
    if asked.deleted_found_by_old_index or asked.deleted_found_after or asked.deleted_citable:
        told.append(f"{one.name}: a deleted page answered")
    if not asked.found_before or asked.of_old_index < asked.questions:
        told.append(f"{one.name}: proves nothing: no page was found before, or a new index was asked too early")
    return told


async def measure(data: Path, embedder: Embedder, *, is_quick: bool) -> Measured:
    """Synchronise the earlier revision, then the later one, and ask what the deleted pages said."""
    changes = read_changes(data, is_quick=is_quick)
    earlier, later = (data / revision for revision in REVISIONS[data.name])
    removed = [change.path for change in changes if change.status == "removed"]
    questions = [
        Question(page, text) for page in removed for text in questions_of((earlier / page).read_text(encoding="utf-8"))
    ]
    async with AsyncExitStack() as stack:
        folder, counting = Path(stack.enter_context(tempfile.TemporaryDirectory())), NotingEmbedder(embedder)
        corpus = await open_corpus(stack, folder, counting)
        lay_out(folder, earlier, changes, but="added")
        texts_before = await texts_by_page(folder, embedder)
        first = await synchronise(corpus)
        known = await corpus.documents()
        before = await ask_all(corpus, questions)
        shutil.copytree(folder / "index", folder / "old")
        counting.forget()
        lay_out(folder, later, changes, but="removed")
        second = await synchronise(corpus)
        directly = await ask_old_index(folder, embedder, questions)
        moved = find_moved(removed, earlier=earlier, later=later)
        texts_after = await texts_by_page(folder, embedder)
        return Measured(
            name=data.name,
            first=first,
            second=second,
            chunks_after=sum(len(texts) for texts in texts_after.values()),
            new_texts=count_new(texts_before, texts_after),
            new_to_their_page=count_new_here(texts_before, texts_after).total(),
            embedded_needlessly=count_needless(counting.texts, texts_before, texts_after),
            not_as_listed=tuple(differences(changes, known, await corpus.documents())),
            asked=await judge_answers(
                corpus, before=before, directly=directly, later=await ask_all(corpus, questions), moved=moved
            ),
        )


async def ask_old_index(folder: Path, embedder: Embedder, questions: Sequence[Question]) -> list[Answer]:
    """Ask readers of the same truth whose index is the one from before; each asks a few, before it builds a new one."""
    answers: list[Answer] = []
    for number, some in enumerate(in_parts(questions)):
        async with AsyncExitStack() as stack:
            shutil.copytree(folder / "old", folder / f"old-{number}")
            asking = await open_corpus(stack, folder, NotingEmbedder(embedder), index=f"old-{number}")
            answers += await ask_all(asking, some)
    return answers


async def open_corpus(stack: AsyncExitStack, folder: Path, embedder: NotingEmbedder, *, index: str = "index") -> Corpus:
    """Open a corpus whose pages are declared as a folder, closed with the stack."""
    clock, tracer = SystemClock(), TracerProvider().get_tracer("benchmarks")
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    stack.push_async_callback(store.close)
    corpus = await Corpus.open(
        "pages", store=store, folder=folder / index, embedder=embedder, tracer=tracer, clock=clock
    )
    stack.push_async_callback(corpus.close)
    corpus.declare([DeclaredSource(name=PAGES, source=FolderSource([PAGES], root=folder))])
    return corpus


async def synchronise(corpus: Corpus) -> Synced:
    """Synchronise, and tell what it did and took; a source that is held or unreachable ends the run."""
    began, cpu = time.perf_counter(), cpu_seconds()
    [report] = await corpus.sync()
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    done = report.report
    if done is None:
        raise SystemExit(f"the source is {report.result}: {report.message}")
    return Synced(
        added=done.added,
        changed=done.changed,
        moved=done.moved,
        unchanged=done.unchanged,
        removed=done.removed,
        failed=len(done.failed),
        chunks=done.chunks,
        texts_embedded=done.texts_embedded,
        seconds=seconds,
        cpu_seconds=cpu,
    )


async def texts_by_page(folder: Path, embedder: Embedder) -> dict[str, list[str]]:
    """Return every text that each page that lies there now makes, cut by a new corpus that knows nothing."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        async with AsyncExitStack() as stack:
            corpus = await open_corpus(stack, fresh, NotingEmbedder(embedder, is_dry=True))
            await corpus.ingest([folder / PAGES], root=folder)
        made: dict[str, list[str]] = {}
        with closing(sqlite3.connect(fresh / "state.db")) as connection:
            for page, context, text in connection.execute(CUT):
                made.setdefault(page, []).append(f"{context}\n{text}")
        return made


def cpu_seconds() -> float:
    """Return CPU time of this process and of those it started and that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    sys.exit(main())
