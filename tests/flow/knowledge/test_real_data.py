"""Real documents: handbooks, filings and mixed formats, a subset of each, with and without the embedded model."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from plimsoll.errors import ModelMissing
from plimsoll.gateway import Embedder, load_embedder
from plimsoll.knowledge import Corpus, IngestReport, RetrievalResult, TextEmbedder
from plimsoll.records import Passage, Principal

from flow.knowledge.opened import opened

DATA = Path(os.environ.get("PLIMSOLL_DATA", Path(__file__).parents[3] / "../shared/data")).resolve()
pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(not DATA.is_dir(), reason=f"no datasets at {DATA}: set PLIMSOLL_DATA"),
]


def ingest_and_ask(
    folder: Path, paths: list[str], question: str, *, embedder: TextEmbedder | None = None
) -> tuple[IngestReport, RetrievalResult]:
    async def walk() -> tuple[IngestReport, RetrievalResult]:
        async with opened(folder, embedder) as corpus:
            return await corpus.ingest(paths, root=DATA), await ask(corpus, question)

    return asyncio.run(walk())


async def ask(corpus: Corpus, question: str) -> RetrievalResult:
    return await corpus.retrieve(question, caller=Principal.local())


def assert_exact(passage: Passage) -> None:
    text = (DATA / passage.source).read_text(encoding="utf-8")
    assert text[passage.start : passage.start + len(passage.text)] == passage.text


def test_markdown_documentation_is_cited_by_the_very_characters_of_its_files(tmp_path: Path) -> None:
    report, found = ingest_and_ask(
        tmp_path, ["fastapi_docs/2024-08-31/tutorial/security"], "How is a password hashed with passlib?"
    )
    assert report.added >= 4
    assert report.failed == ()
    assert "oauth2-jwt.md" in found.passages[0].source
    assert any("hash" in passage.heading.lower() for passage in found.passages)
    for passage in found.passages:
        assert_exact(passage)


def test_a_handbook_with_front_matter_takes_its_titles_and_reports_pages_without_text(tmp_path: Path) -> None:
    report, found = ingest_and_ask(
        tmp_path, ["policy_handbook_18f/2025-02-27/tools"], "How do I request a Trello board?"
    )
    assert {failed.code for failed in report.failed} == {"unreadable_document"}
    assert all("no text beyond its front matter" in failed.message for failed in report.failed)
    assert found.passages[0].title == "Trello"
    assert_exact(found.passages[0])


def test_a_filing_is_cited_by_page(tmp_path: Path) -> None:
    report, found = ingest_and_ask(
        tmp_path,
        ["financebench/pdfs/FOOTLOCKER_2022_8K_dated-2022-05-20.pdf"],
        "Who was elected to the board of directors?",
    )
    assert (report.added, report.failed) == (1, ())
    assert {passage.page for passage in found.passages} <= {1, 2, 3, 4}


def test_mixed_formats_are_ingested_and_the_rest_is_counted(tmp_path: Path) -> None:
    report, _ = ingest_and_ask(tmp_path, ["mixed_format_files"], "What are superlinear returns?")
    unread = {failed.source.rpartition("/")[2] for failed in report.failed}
    assert unread <= {"apple.jpg", "non_text_searchable.pdf"}
    assert report.added >= 15
    assert report.skipped[".wav"] == 2


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    try:
        return load_embedder()
    except ModelMissing as missing:
        pytest.skip(str(missing))


@pytest.mark.model
def test_the_embedded_model_answers_questions_about_passages(tmp_path: Path, embedder: Embedder) -> None:
    lines = (DATA / "squad2/corpus.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    for number, line in enumerate(lines):
        (tmp_path / f"{number:02}.txt").write_text(json.loads(line)["text"], encoding="utf-8")

    async def walk() -> None:
        async with opened(tmp_path, embedder) as corpus:
            await corpus.ingest([tmp_path / f"{number:02}.txt" for number in range(12)], root=tmp_path)
            best = (await ask(corpus, "Who was the Norse leader?")).passages[0]
            top = best.highlights[0]
            assert "Rollo" in best.text[top.start : top.end]
            assert not (await ask(corpus, "How many moons does Jupiter have?")).is_answerable

    asyncio.run(walk())
