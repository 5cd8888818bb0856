"""Chunks: whole sentences, one section and one page each, within the embedder's limit."""

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import make_chunking
from plimsoll.knowledge.chunking import Chunk, chunk_document, describe_truncation
from plimsoll.knowledge.chunking.sections import context_of
from plimsoll.knowledge.parse.document import PageStart, ParsedDocument
from plimsoll.knowledge.parse.markdown import read_markdown

from unit.knowledge.scripted_embedder import ScriptedEmbedder


def count_words(text: str) -> int:
    return len(text.split()) + 2


def cut(document: ParsedDocument, max_tokens: int = 256, *, strategy: str = "headings", **numbers: int) -> list[Chunk]:
    chunking = make_chunking(strategy, numbers)
    return chunk_document(document, reader=ScriptedEmbedder(max_tokens=max_tokens), chunking=chunking)


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


SENTENCES = "One is here. Two is here. Three is here. Four is here. Five is here."


def test_a_sentence_window_slides_and_repeats_its_overlap() -> None:
    document = ParsedDocument(text=SENTENCES, title="t")
    chunks = cut(document, strategy="sentence_window", sentences=3, overlap=1)
    assert [SENTENCES[c.start : c.end].split()[::3] for c in chunks] == [
        ["One", "Two", "Three"],
        ["Three", "Four", "Five"],
    ]


def test_fixed_chunks_have_exactly_their_tokens_and_say_that_they_cut_sentences() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    chunks = cut(ParsedDocument(text=text, title="t"), strategy="fixed", tokens=40, overlap=10)
    assert [text[c.start : c.end].split()[0] for c in chunks] == ["word0", "word30", "word60"]
    assert [len(text[c.start : c.end].split()) for c in chunks] == [40, 40, 40]
    assert all(chunk.is_cut for chunk in chunks)


def test_chunks_of_whole_sentences_are_not_cut() -> None:
    assert [chunk.is_cut for chunk in cut(ParsedDocument(text=SENTENCES, title="t"))] == [False]


def test_rows_of_a_table_carry_its_header_as_context_and_stay_apart_from_prose() -> None:
    rows = "\n".join(f"| item {number} | {number} pieces of it are in stock |" for number in range(30))
    text = f"# Stock\n\nWhat there is.\n\n| name | amount |\n|---|---|\n{rows}\n\nAsk for more.\n"
    chunks = cut(read_markdown(text, title="x"), strategy="table_rows", tokens=100)
    bodies = [text[c.start : c.end] for c in chunks]
    assert (bodies[0], bodies[-1]) == ("What there is.", "Ask for more.")
    assert {c.context for c in chunks[1:-1]} == {"Stock\n| name | amount |"}
    assert all(body.startswith("|") and body.endswith("|") for body in bodies[1:-1])
    assert len(chunks) > 4


def test_rows_that_name_their_columns_stay_whole_and_need_no_header() -> None:
    rows = [f"- Item: no. {number}; Note: It is here. It is {number} cm long" for number in range(20)]
    text = "Some prose.\n" + "\n".join(rows) + "\nMore prose.\n"
    chunks = cut(ParsedDocument(text=text, title="t"), strategy="table_rows", tokens=30)
    bodies = [text[c.start : c.end] for c in chunks]
    assert (bodies[0], bodies[-1]) == ("Some prose.", "More prose.")
    assert [row for body in bodies[1:-1] for row in body.split("\n")] == rows
    assert {(c.context, c.is_cut) for c in chunks} == {("t", False)}


def test_children_carry_the_number_of_their_parent_as_section() -> None:
    text = (
        "# A\n\n" + " ".join(f"Sentence {number} has exactly six words." for number in range(40)) + "\n\n# B\n\nLast."
    )
    chunks = cut(read_markdown(text, title="x"), strategy="parent_child", tokens=30, parent_tokens=120)
    sizes = [sum(c.section == section for c in chunks) for section in range(chunks[-1].section + 1)]
    assert sizes == [4, 4, 1]


def test_a_text_of_which_no_character_fits_is_recorded_as_truncated() -> None:
    chunks = cut(ParsedDocument(text="Hello.", title="t"), max_tokens=2)
    assert all(chunk.is_truncated for chunk in chunks)
    assert "chunks go on beyond them" in describe_truncation(chunks, max_tokens=2)
    assert describe_truncation(cut(ParsedDocument(text="Hello.", title="t")), max_tokens=256) == ""


@pytest.mark.parametrize(
    ("strategy", "numbers", "expected"),
    [
        ("heading", {}, "did you mean 'headings'"),
        (
            "headings",
            {"overlap": 1},
            "'overlap' means nothing to the chunking strategy 'headings'. Its numbers are 'tok",
        ),
        ("fixed", {"tokens": 50, "overlap": 50}, "overlap is 50, and tokens is 50"),
        ("sentence_window", {"sentences": 101}, "sentences is 101; the chunking strategy 'sentence_window' takes 1 to"),
        ("parent_child", {"tokens": 100, "parent_tokens": 60}, "a parent holds its children"),
    ],
)
def test_a_chunking_that_cannot_be_says_what_is_allowed(strategy: str, numbers: dict[str, int], expected: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        make_chunking(strategy, numbers)
    assert expected in str(caught.value)
