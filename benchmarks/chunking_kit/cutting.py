"""Cuts the texts in every way that is compared: our strategies in several sizes, and the splitters of others."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import msgspec
from chunking_kit.questions import QuestionSet, Span

from plimsoll.gateway import Embedder
from plimsoll.knowledge import Chunking, make_chunking
from plimsoll.knowledge.chunking import chunk_document
from plimsoll.knowledge.parse.markdown import read_markdown
from plimsoll.text import sentences

DEFAULT = Chunking()
_PEER_SECONDS = 300


class TextChunk(msgspec.Struct, frozen=True):
    """A chunk of one of the texts."""

    corpus_id: str
    """The text."""
    span: Span
    """Where it stands."""
    context: str
    """What is put before it for embedding and full text."""
    sentences: tuple[Span, ...]
    """Its sentences, counted within the chunk."""
    parent: Span
    """What it is widened to: the section of `parent_child`, else itself."""
    is_cut: bool | None = None
    """Whether it begins or ends within a sentence; None, not known, of other splitters."""


def our_ways() -> list[Chunking]:
    """Return the strategies and sizes, the default first."""
    return [
        DEFAULT,
        make_chunking("headings", {"tokens": 100}),
        make_chunking("sentence_window"),
        make_chunking("fixed"),
        make_chunking("parent_child"),
        make_chunking("headings", context=False),
        make_chunking("headings", {"tokens": 60}),
        make_chunking("headings", {"tokens": 150}),
        make_chunking("sentence_window", {"sentences": 3, "overlap": 1}),
        make_chunking("fixed", {"tokens": 200, "overlap": 0}),
        make_chunking("fixed", {"tokens": 100, "overlap": 20}),
        make_chunking("table_rows"),
    ]


def cut_by(chunking: Chunking, questions: QuestionSet, embedder: Embedder) -> list[TextChunk]:
    """Return the chunks of all texts under a strategy of ours."""
    return [chunk for name in questions.texts for chunk in _cut_text(name, chunking, questions, embedder=embedder)]


def _cut_text(name: str, chunking: Chunking, questions: QuestionSet, *, embedder: Embedder) -> Iterator[TextChunk]:
    document = read_markdown(questions.texts[name], title=name.replace("_", " "))
    chunks = chunk_document(document, reader=embedder, chunking=chunking)
    sections: dict[int, Span] = {}
    for chunk in chunks:
        sections[chunk.section] = (sections.get(chunk.section, (chunk.start, 0))[0], chunk.end)
    for chunk in chunks:
        span = (chunk.start, chunk.end)
        inner = tuple((sentence.start, sentence.end) for sentence in chunk.sentences)
        parent = sections[chunk.section] if chunking.strategy == "parent_child" else span
        yield TextChunk(name, span, chunk.context, inner, parent, chunk.is_cut)


def cut_by_peers(questions: QuestionSet, python: Path, tokenizer: Path) -> dict[str, list[TextChunk]]:
    """Return the chunks of all texts under each splitter of the other frameworks."""
    script = Path(__file__).with_name("peer_spans.py")
    command = [str(python), str(script), str(tokenizer), *map(str, questions.files)]
    done = subprocess.run(command, check=True, capture_output=True, timeout=_PEER_SECONDS)
    found: dict[str, dict[str, list[Span]]] = json.loads(done.stdout)
    return {
        way: [_foreign(name, (start, end), questions) for name, spans in texts.items() for start, end in spans]
        for way, texts in found.items()
    }


def _foreign(name: str, span: Span, questions: QuestionSet) -> TextChunk:
    body = questions.texts[name][span[0] : span[1]]
    return TextChunk(name, span, "", tuple((one.start, one.end) for one in sentences(body)), span)
