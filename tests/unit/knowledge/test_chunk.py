"""Chunks: whole sentences, one section and one page each, within the embedder's limit."""

from plimsoll.knowledge.chunking.headings import Chunk, chunk_document, context_of
from plimsoll.knowledge.parse.document import PageStart, ParsedDocument
from plimsoll.knowledge.parse.markdown import read_markdown


def count_words(text: str) -> int:
    return len(text.split()) + 2


def cut(document: ParsedDocument, max_tokens: int = 256) -> list[Chunk]:
    return chunk_document(document, count_tokens=count_words, max_tokens=max_tokens)


def test_a_chunk_never_mixes_sections_and_leaves_the_heading_line_out() -> None:
    text = "# A\n\nFirst.\n\n## B\n\nSecond.\n\n## C\n\n## D\nThird.\n"
    found = [(text[c.start : c.end], c.heading, c.context) for c in cut(read_markdown(text, title="x"))]
    assert found == [
        ("First.", ("A",), "A"),
        ("Second.", ("A", "B"), "A: B"),
        ("Third.", ("A", "D"), "A: D"),
    ]


def test_front_matter_is_no_content() -> None:
    text = "---\ntitle: Leave\n---\nThirty days.\n"
    (chunk,) = cut(read_markdown(text, title="x"))
    assert (text[chunk.start : chunk.end], chunk.context) == ("Thirty days.", "Leave")


def test_a_chunk_stays_on_its_page() -> None:
    document = ParsedDocument(
        text="One ends.\n\ntwo goes on.",
        title="t",
        pages=(PageStart(start=0, number=1), PageStart(start=11, number=2)),
    )
    assert [(c.start, c.end, c.page) for c in cut(document)] == [(0, 9, 1), (11, 23, 2)]


def test_a_long_section_is_divided_evenly_at_sentences() -> None:
    text = " ".join(f"Sentence {number} has exactly six words." for number in range(60))
    chunks = cut(ParsedDocument(text=text, title="t"))
    assert [len(chunk.sentences) for chunk in chunks] == [30, 30]
    assert text[chunks[1].start :].startswith("Sentence 30 ")


def test_a_sentence_beyond_the_limit_is_cut_at_words() -> None:
    text = " ".join(["word"] * 500)
    chunks = cut(ParsedDocument(text=text, title="t"), max_tokens=100)
    assert all(count_words(text[c.start : c.end]) <= 100 for c in chunks)
    assert " ".join(text[c.start : c.end] for c in chunks) == text


def test_a_long_table_is_cut_at_lines() -> None:
    text = "\n".join(f"{row} " + "cell " * 18 for row in range(40))
    starts = [text[c.start : c.start + 3].split()[0] for c in cut(ParsedDocument(text=text, title="t"))]
    assert all(start.isdigit() for start in starts)


def test_the_context_names_the_title_once_and_is_bounded() -> None:
    assert context_of("Leave", ("Leave", "Sick", "Pay")) == "Leave: Sick > Pay"
    assert len(context_of("t" * 500, ())) == 160


def test_code_is_searched_but_holds_no_sentence_to_answer_with() -> None:
    text = "# Start\n\nRun it once.\n\n```sh\nmake run\n```\n\nThen open the page.\n"
    (chunk,) = cut(read_markdown(text, title="x"))
    body = text[chunk.start : chunk.end]
    assert "make run" in body
    assert [body[s.start : s.end] for s in chunk.sentences] == ["Run it once.", "Then open the page."]


def test_a_chunk_of_nothing_but_code_keeps_it() -> None:
    text = "# Start\n\n```sh\nmake run\n```\n"
    (chunk,) = cut(read_markdown(text, title="x"))
    assert len(chunk.sentences) >= 1


def test_a_word_without_end_is_cut_though_the_tokenizer_counts_it_as_one() -> None:
    text = "Before it. " + "x" * 50_000
    chunks = cut(ParsedDocument(text=text, title="t"))
    assert max(chunk.end - chunk.start for chunk in chunks) <= 4_000
    assert sum(len(text[chunk.start : chunk.end].replace(" ", "")) for chunk in chunks) == 50_009
