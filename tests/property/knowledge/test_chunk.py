"""Whatever the document, the strategy and its numbers: no text is lost, nothing crosses a section, all of it fits."""

import re
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.knowledge import Chunking, make_chunking
from plimsoll.knowledge.chunking import Chunk, chunk_document
from plimsoll.knowledge.parse.document import PageStart, ParsedDocument
from plimsoll.knowledge.parse.markdown import read_markdown

PIECES = [
    "# A\n",
    "## B *x*\n",
    "word ",
    "A sentence ends. ",
    "\n\n",
    "- item\n",
    "| a | b |\n",
    "x" * 90,
    "你好。",
    "\r\n",
]
MARKDOWN = st.lists(
    st.sampled_from([*PIECES, "|---|---|\n", "- A: b; C: d. E\n", "```\ncode\n```\n", "---\ntitle: t\n---\n"]),
    max_size=120,
)
NUMBERS = {
    "headings": {"tokens": st.integers(16, 80)},
    "sentence_window": {"sentences": st.integers(5, 9), "overlap": st.integers(0, 4)},
    "fixed": {"tokens": st.integers(16, 80), "overlap": st.integers(0, 15)},
    "table_rows": {"tokens": st.integers(16, 80)},
    "parent_child": {"tokens": st.integers(16, 40), "parent_tokens": st.integers(40, 200)},
}


@st.composite
def chunkings(draw: st.DrawFn) -> Chunking:
    strategy = draw(st.sampled_from(sorted(NUMBERS)))
    numbers = {name: draw(number) for name, number in NUMBERS[strategy].items()}
    return make_chunking(strategy, numbers, context=draw(st.booleans()))


class FourCharacterTokens:
    """A token is up to four characters of a word, so that a word that is cut may count otherwise than its parts."""

    max_tokens = 60

    def count_tokens(self, text: str) -> int:
        return len(self.token_offsets(text)) + 2

    def count_each(self, texts: Sequence[str]) -> list[int]:
        return [self.count_tokens(text) for text in texts]

    def token_offsets(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in re.finditer(r"\S{1,4}", text)]


READER = FourCharacterTokens()


def cut(document: ParsedDocument, chunking: Chunking) -> list[Chunk]:
    return chunk_document(document, reader=READER, chunking=chunking)


@settings(max_examples=150, deadline=None)
@given(MARKDOWN.map("".join), chunkings())
def test_every_character_of_content_is_in_a_chunk(text: str, chunking: Chunking) -> None:
    document = read_markdown(text, title="t")
    covered = bytearray(len(text))
    for chunk in cut(document, chunking):
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    for heading in document.headings:
        covered[heading.start : heading.end] = b"\1" * (heading.end - heading.start)
    missing = [text[place] for place in range(document.body_start, len(text)) if not covered[place]]
    assert "".join(missing).split() == []


@settings(max_examples=150, deadline=None)
@given(MARKDOWN.map("".join), chunkings())
def test_no_chunk_is_more_than_the_embedder_reads_and_its_count_is_no_less_than_the_truth(
    text: str, chunking: Chunking
) -> None:
    for chunk in cut(read_markdown(text, title="t"), chunking):
        counted = READER.count_tokens(f"{chunk.context}\n{text[chunk.start : chunk.end]}")
        assert counted <= chunk.tokens <= READER.max_tokens
        assert not chunk.is_truncated


@settings(max_examples=150, deadline=None)
@given(MARKDOWN.map("".join), chunkings(), st.sets(st.integers(1, 400), max_size=4))
def test_a_chunk_crosses_neither_a_section_nor_a_page(text: str, chunking: Chunking, breaks: set[int]) -> None:
    read = read_markdown(text, title="t")
    starts = [0, *sorted(place for place in breaks if place < len(text))]
    pages = tuple(PageStart(start=start, number=number) for number, start in enumerate(starts, start=1))
    document = ParsedDocument(text=text, title="t", headings=read.headings, pages=pages)
    for chunk in cut(document, chunking):
        assert not any(chunk.start < heading.start < chunk.end for heading in document.headings)
        assert not any(chunk.start < page.start < chunk.end for page in pages)
        assert chunk.page == sum(start <= chunk.start for start in starts)


@settings(max_examples=100, deadline=None)
@given(MARKDOWN.map("".join), chunkings())
def test_chunks_are_in_order_their_sentences_are_exact_and_the_same_every_time(text: str, chunking: Chunking) -> None:
    document = read_markdown(text, title="t")
    chunks = cut(document, chunking)
    assert chunks == cut(document, chunking)
    assert [chunk.section for chunk in chunks] == sorted(chunk.section for chunk in chunks)
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)
    for chunk in chunks:
        body = text[chunk.start : chunk.end]
        assert body.strip() == body
        assert chunk.sentences
        assert all(body[s.start : s.end].strip() == body[s.start : s.end] != "" for s in chunk.sentences)


@settings(max_examples=100, deadline=None)
@given(MARKDOWN.map("".join), chunkings())
def test_a_chunk_repeats_the_one_before_only_where_its_strategy_overlaps(text: str, chunking: Chunking) -> None:
    chunks = cut(read_markdown(text, title="t"), chunking)
    ends = [0, *(chunk.end for chunk in chunks)]
    repeats = any(chunk.start < end for chunk, end in zip(chunks, ends, strict=False))
    assert not repeats or chunking.overlap > 0
