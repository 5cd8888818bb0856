"""A widened passage keeps exact offsets, and quotations over two chunks become two citations."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.knowledge import verify_quotes
from plimsoll.knowledge.retrieval.widening import parts_of, section_of, text_of, widen_all
from plimsoll.knowledge.tables.found import FoundChunk
from plimsoll.records import Passage

from unit.knowledge.contenders import chunk, contender

DOCUMENT = "Trains come first.\n\nFlights need approval by Ada.\n- Taxis need a receipt.\nHotels are booked by us."


class Claim(msgspec.Struct):
    quote: str
    passage: int = 1


def cut(text: str, *lines: str, section: int = 0) -> list[FoundChunk]:
    return [
        chunk(f"c{at}", line, document_id="d", start=text.index(line), place=at, section=section)
        for at, line in enumerate(lines)
    ]


LINES = ("Trains come first.", "Flights need approval by Ada.", "- Taxis need a receipt.", "Hotels are booked by us.")


def test_neighbours_are_the_chunk_before_and_the_chunk_after():
    chunks = cut(DOCUMENT, *LINES)
    (one,) = widen_all([contender(chunks[1])], {section_of(chunks[0]): chunks}, widen="neighbours")
    assert [part.id for part in one.chunks] == ["c0", "c1", "c2"]


def test_a_section_is_one_passage_however_many_of_its_chunks_were_found():
    chunks = cut(DOCUMENT, *LINES)
    found = [contender(chunks[2]), contender(chunks[0])]
    (one,) = widen_all(found, {section_of(chunks[0]): chunks}, widen="section")
    assert [part.id for part in one.chunks] == ["c0", "c1", "c2", "c3"]
    assert (one.best.chunk.id, [other.chunk.id for other in one.others]) == ("c2", ["c0"])


def test_a_wide_gap_is_not_run_over():
    far = DOCUMENT + "\n" * 500 + "The end."
    chunks = cut(far, *LINES, "The end.")
    (one,) = widen_all([contender(chunks[4])], {section_of(chunks[0]): chunks}, widen="section")
    assert [part.id for part in one.chunks] == ["c4"]


def test_a_quotation_over_two_chunks_becomes_two_exact_citations():
    chunks = cut(DOCUMENT, *LINES)
    passage = Passage(
        chunk_id="c1", document_id="d", source="s", title="t", text=text_of(chunks), parts=parts_of(chunks)
    )
    (first, second) = verify_quotes([Claim("come first. Flights need approval")], [passage]).citations
    assert (first.chunk_id, DOCUMENT[first.start : first.end]) == ("c0", first.quote) == ("c0", "come first.")
    assert (second.chunk_id, DOCUMENT[second.start : second.end]) == ("c1", "Flights need approval")


@given(st.lists(st.tuples(st.text("abc ", min_size=1, max_size=9), st.integers(0, 9)), min_size=1, max_size=6))
def test_every_chunk_stands_at_its_own_offset(pieces: list[tuple[str, int]]):
    chunks: list[FoundChunk] = []
    start = 7
    for place, (text, gap) in enumerate(pieces):
        chunks.append(chunk(f"c{place}", text, document_id="d", start=start, place=place))
        start += len(text) + gap
    whole = text_of(chunks)
    for part, one in zip(parts_of(chunks), chunks, strict=len(chunks) > 1):
        assert whole[part.start : part.end] == one.text
        assert part.start + chunks[0].start == one.start
