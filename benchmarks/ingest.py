"""How documents of three kinds are ingested: Markdown handbooks and financial PDFs. Time, failures, evidence found.

Run `benchmarks/ingest.py [--data DIR] [--json] [--quick]`. DIR holds the folders `fastapi_docs`,
`policy_handbook_18f` and `financebench`; those that are absent are left out. The very texts that an ingestion embedded
are embedded once more by the bare model, in the same batches and the same run. Exits with 1 when a document fails that
holds text, when evidence pages are found less often than stated, or when ingesting takes more processor time than
stated beside the bare model.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from embedding_kit.noting import NotingEmbedder
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.gateway import Embedder, load_embedder
from plimsoll.knowledge import Corpus, IngestReport
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store

QUICK_FILES = 8
FEWEST_EVIDENCE = 0.4
EVIDENCE_PASSAGES = 5
HANDBOOKS = {"fastapi_docs": "2024-08-31", "policy_handbook_18f": "2025-02-27"}
QUICK_PDF_BYTES = 330_000
MOST_RATIO = 1.10
"""Most processor time of an ingestion over that of the bare model on the same texts."""


class Measured(msgspec.Struct, frozen=True):
    """One ingestion."""

    name: str
    documents: int
    chunks: int
    failed: int
    seconds: float
    cpu_seconds: float
    embedding_seconds: float
    """Within the ingestion, in the model."""
    embedding_cpu_seconds: float
    """Processor time of the process while the model worked: beside the whole, what everything else took."""
    bare_seconds: float
    """The same batches once more, by the model alone."""
    bare_cpu_seconds: float
    evidence_found: int = 0
    evidence_asked: int = 0


class Evidence(msgspec.Struct, frozen=True):
    """Where an answer stands."""

    doc_name: str
    evidence_page_num: int
    """Counted from 0."""


class FinanceQuestion(msgspec.Struct, frozen=True):
    """A question about a filing."""

    question: str
    doc_name: str
    company: str
    evidence: tuple[Evidence, ...]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", action="append", choices=[*HANDBOOKS, "financebench"], default=[])
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    data = (given.data or Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data"))).resolve()
    if not any((data / name).is_dir() for name in (*HANDBOOKS, "financebench")):
        print(f"no documents at {data}: set PLIMSOLL_DATA or give --data")
        return 2 if given.data else 0
    return asyncio.run(measure(data, given.only, is_quick=given.quick, as_json=given.json))


async def measure(data: Path, only: Sequence[str], *, is_quick: bool, as_json: bool) -> int:
    """Ingest each folder that is there, and print what it took."""
    embedder = load_embedder()
    measured: list[Measured] = []
    for name, edition in HANDBOOKS.items():
        if (data / name).is_dir() and name in (only or HANDBOOKS):
            files = sorted((data / name / edition).rglob("*.md"))
            measured.append(await ingest_files(name, files[: QUICK_FILES if is_quick else None], embedder))
    if (data / "financebench").is_dir() and "financebench" in (only or ["financebench"]):
        measured.append(await ingest_filings(data / "financebench", embedder, is_quick=is_quick))
    for one in measured:
        print(describe(one))
    missed = [f"{one.name}: documents failed" for one in measured if one.failed]
    missed += [
        f"{one.name}: {one.cpu_seconds / one.bare_cpu_seconds:.2f} times the processor time of the bare model"
        for one in measured
        if one.cpu_seconds > MOST_RATIO * one.bare_cpu_seconds
    ]
    asked = sum(one.evidence_asked for one in measured)
    if asked and sum(one.evidence_found for one in measured) < FEWEST_EVIDENCE * asked:
        missed.append(f"evidence pages found less often than {FEWEST_EVIDENCE:g}")
    if as_json:
        print(msgspec.json.encode({"measured": measured, "missed": missed}).decode())
    return 1 if missed else 0


def describe(one: Measured) -> str:
    """Return the line of the table."""
    evidence = f", evidence page in the first {EVIDENCE_PASSAGES}: {one.evidence_found} of {one.evidence_asked}"
    return (
        f"{one.name:<22}{one.documents:>5} documents {one.chunks:>6} chunks {one.failed:>3} failed "
        f"{one.seconds:>7.1f} s {one.cpu_seconds:>7.2f} CPU s {one.documents / one.seconds:>7.2f} documents/s; "
        f"in the model {one.embedding_seconds:.1f} s, {one.embedding_cpu_seconds:.2f} CPU s; "
        f"bare model {one.bare_seconds:.1f} s, {one.bare_cpu_seconds:.1f} CPU s; "
        f"ratio {one.seconds / one.bare_seconds:.3f}, of CPU {one.cpu_seconds / one.bare_cpu_seconds:.3f}"
        f"{evidence if one.evidence_asked else ''}"
    )


async def ingest_files(name: str, files: Sequence[Path], embedder: Embedder) -> Measured:
    """Ingest the files into a corpus that is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened_corpus(Path(folder), embedder) as (corpus, noting):
            return await time_ingestion(name, corpus, files, noting=noting)


async def ingest_filings(data: Path, embedder: Embedder, *, is_quick: bool) -> Measured:
    """Ingest the PDFs, and count the questions whose evidence page is among the first five passages."""
    files = sorted((data / "pdfs").glob("*.pdf"))
    kept = [file for file in files if not is_quick or file.stat().st_size < QUICK_PDF_BYTES]
    lines = (data / "questions.jsonl").read_bytes().splitlines()
    questions = [msgspec.json.decode(line, type=FinanceQuestion) for line in lines if line.strip()]
    asked = [question for question in questions if question.doc_name in {file.stem for file in kept}]
    with tempfile.TemporaryDirectory() as folder:
        async with opened_corpus(Path(folder), embedder) as (corpus, noting):
            measured = await time_ingestion("financebench", corpus, kept, noting=noting)
            found = [await finds_evidence(corpus, question) for question in asked]
    return msgspec.structs.replace(measured, evidence_found=sum(found), evidence_asked=len(asked))


async def time_ingestion(name: str, corpus: Corpus, files: Sequence[Path], *, noting: NotingEmbedder) -> Measured:
    """Ingest the files, then embed the same batches once more with the model alone."""
    noting.warm_up()
    began, cpu = time.perf_counter(), cpu_seconds()
    report = await corpus.ingest(files, root=files[0].parent)
    seconds, cpu = time.perf_counter() - began, cpu_seconds() - cpu
    began, bare_cpu = time.perf_counter(), cpu_seconds()
    await asyncio.to_thread(noting.embed_again)
    return Measured(
        name=name,
        documents=report.added,
        chunks=report.chunks,
        failed=unexpected(report),
        seconds=seconds,
        cpu_seconds=cpu,
        embedding_seconds=noting.seconds,
        embedding_cpu_seconds=noting.cpu_seconds,
        bare_seconds=time.perf_counter() - began,
        bare_cpu_seconds=cpu_seconds() - bare_cpu,
    )


async def finds_evidence(corpus: Corpus, question: FinanceQuestion) -> bool:
    """Tell whether one of the first passages stands on a page that holds evidence."""
    result = await corpus.retrieve(question.question, passages=EVIDENCE_PASSAGES, caller=Principal.local())
    places = {(Path(passage.source).stem, (passage.page or 0) - 1) for passage in result.passages}
    return any((evidence.doc_name, evidence.evidence_page_num) in places for evidence in question.evidence)


@asynccontextmanager
async def opened_corpus(folder: Path, embedder: Embedder) -> AsyncGenerator[tuple[Corpus, NotingEmbedder]]:
    """Open an empty corpus in the folder, with an embedder that notes what it is given."""
    clock, tracer, noting = SystemClock(), TracerProvider().get_tracer("benchmarks"), NotingEmbedder(embedder)
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=clock)
    corpus = await Corpus.open("files", store=store, folder=folder, embedder=noting, tracer=tracer, clock=clock)
    try:
        yield corpus, noting
    finally:
        await corpus.close()
        await store.close()


def unexpected(report: IngestReport) -> int:
    """Return how many documents failed, those without any text left out."""
    return sum(1 for failed in report.failed if "holds no text" not in failed.message)


def cpu_seconds() -> float:
    """Return CPU time of this process and of those it started and that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


if __name__ == "__main__":
    sys.exit(main())
