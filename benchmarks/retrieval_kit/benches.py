"""The three sets of questions, in one form: documents, questions, and where each answer stands."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pypdfium2
from answers_kit.ingested import title_of
from answers_kit.questions import load_question_set


class _Span(msgspec.Struct, frozen=True):
    start_index: int
    end_index: int


class _SpanQuestion(msgspec.Struct, frozen=True):
    id: str
    question: str
    corpus_id: str
    references: list[_Span]


class _Page(msgspec.Struct, frozen=True):
    doc_name: str
    evidence_page_num: int


class _PageQuestion(msgspec.Struct, frozen=True):
    financebench_id: str
    question: str
    doc_name: str
    evidence: list[_Page]


class BenchDocument(msgspec.Struct, frozen=True):
    """One text to search in; a page of a PDF is a document of its own for peers."""

    id: str
    """Its name; the file's name for a text, `file#page` for a page."""
    title: str
    """Its title; empty where it has none."""
    text: str
    """Its text."""


class BenchQuestion(msgspec.Struct, frozen=True):
    """One question."""

    id: str
    """Its name."""
    text: str
    """What is asked."""
    cluster: str
    """What it shares with others."""
    gold: frozenset[str] = frozenset()
    """Ids of the documents that hold its answer."""
    spans: tuple[tuple[str, int, int], ...] = ()
    """Document, first character and one past the last of everything its answer needs."""


class Bench(msgspec.Struct, frozen=True):
    """Documents and questions about them."""

    name: str
    """Its name."""
    documents: tuple[BenchDocument, ...]
    """What is searched."""
    questions: tuple[BenchQuestion, ...]
    """What is asked."""
    pdfs: tuple[Path, ...] = ()
    """The files behind the pages, where they are PDF."""


def load_squad2(data: Path) -> Bench:
    """Return the passages, and the answerable questions of the half that no constant of ours was chosen on."""
    given = load_question_set(data / "squad2")
    asked = [one for one in given.questions if not one.is_impossible and not one.is_for_development()]
    return Bench(
        "squad2",
        tuple(BenchDocument(one.passage_id, title_of(one.title), one.text) for one in given.passages),
        tuple(BenchQuestion(one.id, one.question, one.title, frozenset({one.gold_passage_id})) for one in asked),
    )


def load_chunk_spans(data: Path) -> Bench:
    """Return the long texts, all in one corpus, and the spans of every question's evidence."""
    folder = data / "chunk_spans"
    asked = [msgspec.json.decode(line, type=_SpanQuestion) for line in _lines(folder / "questions.jsonl")]
    questions = [
        BenchQuestion(
            one.id,
            one.question,
            one.id,
            spans=tuple((one.corpus_id, span.start_index, span.end_index) for span in one.references),
        )
        for one in asked
    ]
    files = sorted((folder / "corpora").glob("*.md"))
    texts = {path.stem: path.read_bytes().decode() for path in files}
    return Bench("chunk_spans", tuple(BenchDocument(name, "", text) for name, text in texts.items()), tuple(questions))


def load_financebench(data: Path) -> Bench:
    """Return the pages of all filings in one corpus, and the pages that hold each question's evidence."""
    folder = data / "financebench"
    files = tuple(sorted((folder / "pdfs").glob("*.pdf")))
    pages = [BenchDocument(f"{path.stem}#{page}", path.stem, text) for path in files for page, text in _pages(path)]
    asked = [msgspec.json.decode(line, type=_PageQuestion) for line in _lines(folder / "questions.jsonl")]
    questions = [
        BenchQuestion(
            one.financebench_id,
            one.question,
            one.doc_name,
            # The set counts pages from 0, everything here from 1.
            frozenset(f"{page.doc_name}#{page.evidence_page_num + 1}" for page in one.evidence),
        )
        for one in asked
    ]
    return Bench("financebench", tuple(pages), tuple(questions), files)


LOADERS = {"squad2": load_squad2, "chunk_spans": load_chunk_spans, "financebench": load_financebench}
"""Every set by its name."""


def _lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines() if line.strip()]


def _pages(path: Path) -> Iterator[tuple[int, str]]:
    document = pypdfium2.PdfDocument(path)
    for number in range(len(document)):
        # pypdfium2 gives the method's parameters no types.
        text: str = document[number].get_textpage().get_text_bounded()  # pyright: ignore[reportUnknownMemberType]
        text = text.replace("\r\n", "\n")
        if text.strip():
            yield number + 1, text
    document.close()
