from plimsoll.knowledge import FoundBy, RetrievalResult, StepTime
from plimsoll.records import Highlight, Passage
from plimsoll.server.web.legs import compare_legs, lay_out_times, mark_highlights


def result(**found_by: FoundBy) -> RetrievalResult:
    passages = tuple(
        Passage(
            chunk_id=name, document_id="d", source=f"{name}.md", title="Leave", heading="Leave > Sick", text="Paid."
        )
        for name in found_by
    )
    return RetrievalResult(
        passages=passages, answerability=0.5, is_answerable=True, index_seq=1, found_by=dict(found_by)
    )


def test_a_passage_is_told_by_the_legs_that_brought_it():
    rows = compare_legs(
        result(
            a=FoundBy(words_rank=1, bm25=9.0, words=1.0, vector_rank=2, chunk=0.4),
            b=FoundBy(words_rank=2, bm25=3.0, words=1 / 3),
            c=FoundBy(vector_rank=1, chunk=0.8),
        )
    )
    assert [row.legs for row in rows] == ["both", "words only", "vectors only"]
    assert [(row.words_width, row.vector_width) for row in rows] == [(100.0, 50.0), (33.3, 0.0), (0.0, 100.0)]


def test_a_bar_stays_within_its_track_where_every_cosine_is_negative():
    rows = compare_legs(result(a=FoundBy(vector_rank=1, chunk=-0.2), b=FoundBy(vector_rank=2, chunk=-0.4)))
    assert [row.vector_width for row in rows] == [0.0, 0.0]


def test_the_heading_is_the_one_just_above_the_passage():
    assert compare_legs(result(a=FoundBy()))[0].heading == "Sick"


def test_highlights_are_marked_in_the_order_of_the_text_and_once_where_they_overlap():
    marks = (
        Highlight(start=6, end=10, score=2.0),
        Highlight(start=0, end=4, score=1.0),
        Highlight(start=3, end=8, score=0.5),
    )
    pieces = [(one.text, one.is_quoted) for one in mark_highlights("Soup. Rice. Tea.", marks)]
    assert pieces == [("Soup", True), (". ", False), ("Rice", True), (". Tea.", False)]
    assert mark_highlights("", ()) == ()


def test_steps_follow_each_other_over_the_whole_axis():
    rows = lay_out_times((StepTime(step="embed", milliseconds=3.0), StepTime(step="search", milliseconds=1.0)))
    assert [(row.left, row.width) for row in rows] == [(0.0, 75.0), (75.0, 25.0)]
    assert lay_out_times(()) == ()
