import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.features import Answer, Result
from plimsoll.records import Citation, Highlight, Outcome, Passage
from plimsoll.server.web.answer import AnswerPart, Segment, place_numbers, view_result

TEXT = "Before. Thirty days  it is. After."
PASSAGE = Passage(
    chunk_id="c1",
    document_id="d1",
    source="a.md",
    title="A",
    start=100,
    text=TEXT,
    highlights=(Highlight(start=0, end=7, score=1.0),),
)
CITATION = Citation(
    chunk_id="c1", document_id="d1", source="a.md", title="A", start=108, end=127, quote="Thirty days  it is."
)


def answered(answer: str, *citations: Citation) -> Result[Answer]:
    return Result(
        outcome=Outcome.ANSWERED,
        value=Answer(answer=answer),
        citations=citations,
        passages=(PASSAGE,),
        trace_id="t",
        latency_ms=1.0,
    )


def test_a_number_follows_the_quotation_it_stands_for():
    view = view_result("q", "f", result=answered("It says: Thirty days it is. Good.", CITATION))
    assert view.parts == (
        AnswerPart(text="It says: Thirty days it is.", numbers=(1,)),
        AnswerPart(text=" Good.", numbers=()),
    )


def test_a_quotation_that_the_answer_paraphrases_is_numbered_at_its_end():
    view = view_result("q", "f", result=answered("A month.", CITATION))
    assert view.parts == (AnswerPart(text="A month.", numbers=(1,)),)


def test_the_exact_span_is_marked_in_its_passage():
    view = view_result("q", "f", result=answered("A month.", CITATION))
    assert view.sources[0].segments == (
        Segment(text="Before. "),
        Segment(text="Thirty days  it is.", is_quoted=True),
        Segment(text=" After."),
    )


def test_the_same_quotation_is_one_source():
    assert len(view_result("q", "f", result=answered("A month.", CITATION, CITATION)).sources) == 1


def test_a_quotation_outside_its_passage_marks_nothing():
    stray = msgspec.structs.replace(CITATION, start=5, end=9)
    assert view_result("q", "f", result=answered("x", stray)).sources[0].segments == (Segment(text=TEXT),)


def test_without_an_answer_the_nearest_passages_are_shown():
    nothing: Result[Answer] = Result(outcome=Outcome.ABSTAINED, passages=(PASSAGE,), trace_id="t", latency_ms=1.0)
    view = view_result("q", "f", result=nothing)
    assert (view.parts, view.sources[0].lead) == ((), "Before.")


@given(st.text(), st.lists(st.text(min_size=1), max_size=4))
def test_numbering_never_changes_the_answer(answer: str, quotes: list[str]):
    sources = [
        msgspec.structs.replace(view_result("q", "f", result=answered("x", CITATION)).sources[0], lead=quote, number=at)
        for at, quote in enumerate(quotes, 1)
    ]
    parts = place_numbers(answer, sources)
    assert "".join(part.text for part in parts) == answer
    assert not answer or sorted(n for part in parts for n in part.numbers) == list(range(1, len(quotes) + 1))
