"""Retrieval: from the truth only, for the caller's tenant only, with or without its index files."""

import asyncio
import json
import shutil
from pathlib import Path

import msgspec
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import Corpus, RetrievalResult, verify_quotes
from plimsoll.records import Principal

from flow.knowledge.opened import opened, published_in, write_files

FILES = {
    "docs/leave.md": "# Leave\n\nIntro.\n\n## Sick\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval by Ada Lovelace.\n",
    "docs/food.md": "# Food\n\nLunch is served at noon. Soup is free.\n",
}
QUESTION = "When is a note due for sick leave?"


async def ask(corpus: Corpus, question: str = QUESTION, passages: int = 6) -> RetrievalResult:
    return await corpus.retrieve(question, passages=passages, caller=Principal.local())


def test_the_best_passage_carries_its_place_and_its_best_sentence(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            best = (await ask(corpus)).passages[0]
            assert (best.source, best.title, best.heading) == ("docs/leave.md", "Leave", "Leave > Sick")
            assert FILES["docs/leave.md"][best.start :].startswith(best.text)
            top = best.highlights[0]
            assert best.text[top.start : top.end] == "A note is due after three days."
            assert top.score == max(highlight.score for highlight in best.highlights)

    asyncio.run(walk())


def test_an_off_topic_question_is_not_answerable(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            assert (await ask(corpus)).is_answerable
            off = await ask(corpus, "Which planet has the most moons?")
            assert not off.is_answerable
            assert len(off.passages) == 4

    asyncio.run(walk())


def test_an_empty_corpus_answers_nothing(tmp_path: Path) -> None:
    async def walk() -> RetrievalResult:
        async with opened(tmp_path) as corpus:
            return msgspec.structs.replace(await ask(corpus), times=())

    assert asyncio.run(walk()) == RetrievalResult(passages=(), answerability=0.0, is_answerable=False, index_seq=0)


@pytest.mark.parametrize("damage", ["folder", "pointer", "vectors", "manifest", "fulltext"])
def test_a_missing_or_damaged_index_is_built_again(tmp_path: Path, damage: str) -> None:
    write_files(tmp_path, FILES)
    index = published_in(tmp_path)

    async def ingest() -> RetrievalResult:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            return await ask(corpus)

    async def ask_again() -> RetrievalResult:
        async with opened(tmp_path) as corpus:
            return await ask(corpus)

    before = asyncio.run(ingest())
    snapshot = index / (index / "current").read_text(encoding="utf-8")
    if damage == "folder":
        shutil.rmtree(index)
    elif damage == "pointer":
        (index / "current").write_text("nonsense", encoding="utf-8")
    elif damage == "fulltext":
        next((snapshot / "fulltext").glob("*.idx")).unlink()
    else:
        path = snapshot / {"vectors": "vectors.f4", "manifest": "manifest.json"}[damage]
        path.write_bytes(path.read_bytes()[:-3] + b"abc")
    assert [one.chunk_id for one in asyncio.run(ask_again()).passages] == [one.chunk_id for one in before.passages]


def test_a_deleted_document_never_answers_though_an_old_index_still_holds_it(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as reader, opened(tmp_path) as writer:
            await writer.ingest(["docs"], root=tmp_path)
            assert (await ask(reader)).passages[0].source == "docs/leave.md"
            (tmp_path / "docs/leave.md").unlink()
            shutil.copytree(tmp_path / "index", tmp_path / "old")
            await writer.ingest(["docs"], root=tmp_path, confirm_loss=True)
            shutil.rmtree(tmp_path / "index")
            shutil.copytree(tmp_path / "old", tmp_path / "index")
            assert {p.source for p in (await ask(reader)).passages} == {"docs/travel.md", "docs/food.md"}

    asyncio.run(walk())


def test_a_reader_sees_what_another_process_published(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as reader, opened(tmp_path) as writer:
            await writer.ingest(["docs"], root=tmp_path)
            first = await ask(reader)
            write_files(tmp_path, {"docs/notes.md": "A sick note is due on the same day."})
            await writer.ingest(["docs"], root=tmp_path)
            second = await ask(reader)
            assert second.index_seq == first.index_seq + 1
            assert "docs/notes.md" in {passage.source for passage in second.passages}

    asyncio.run(walk())


def test_nothing_crosses_tenants(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    other = Principal(id="user:eve", tenant="other")

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs/leave.md"], root=tmp_path, tenant="other")
            await corpus.ingest(["docs/food.md", "docs/leave.md"], root=tmp_path)
            mine, theirs = await ask(corpus), await corpus.retrieve(QUESTION, caller=other)
            assert {passage.source for passage in theirs.passages} == {"docs/leave.md"}
            assert not {p.document_id for p in mine.passages} & {p.document_id for p in theirs.passages}
            assert (await corpus.stats(tenant="other")).documents == 1

    asyncio.run(walk())


@pytest.mark.parametrize(("question", "passages"), [(" ", 6), ("x" * 4001, 6), ("ok", 0), ("ok", 51)])
def test_a_question_that_cannot_be_searched_is_refused(tmp_path: Path, question: str, passages: int) -> None:
    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            with pytest.raises(InvalidRequest):
                await ask(corpus, question, passages)

    asyncio.run(walk())


def test_syntax_in_a_question_is_read_as_words(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            assert (await ask(corpus, 'text:* AND (tenant:"x" OR [a TO b]) soup')).passages[0].source == "docs/food.md"
            assert (await ask(corpus, "??? !!!")).passages != ()

    asyncio.run(walk())


def test_a_highlight_verifies_as_a_citation(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)

    async def walk() -> None:
        async with opened(tmp_path) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            passages = (await ask(corpus)).passages
            top = passages[0].highlights[0]

            class Claim:
                passage = 1
                quote = passages[0].text[top.start : top.end]

            (citation,) = verify_quotes([Claim()], passages).citations
            assert FILES["docs/leave.md"][citation.start : citation.end] == Claim.quote

    asyncio.run(walk())


def test_a_retrieval_is_a_span_with_query_and_documents(tmp_path: Path) -> None:
    write_files(tmp_path, FILES)
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))

    async def walk() -> None:
        async with opened(tmp_path, tracer=provider.get_tracer("tests")) as corpus:
            await corpus.ingest(["docs"], root=tmp_path)
            await ask(corpus)

    asyncio.run(walk())
    span = {span.name: dict(span.attributes or {}) for span in exporter.get_finished_spans()}["retrieve docs"]
    assert span["gen_ai.retrieval.query.text"] == QUESTION
    assert json.loads(str(span["gen_ai.retrieval.documents"]))[0]["source"] == "docs/leave.md"
