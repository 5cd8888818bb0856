"""A budget of tokens is never exceeded, and what did not fit is named."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.knowledge.retrieval.contender import Stretch
from plimsoll.knowledge.retrieval.packing import pack, put_in_order

from unit.knowledge.contenders import chunk, contender


def stretch(name: str, words: int, **changes: object) -> Stretch:
    found = chunk(name, " ".join([name] * words), **changes)
    return Stretch(best=contender(found), chunks=(found,))


def count(text: str) -> int:
    return len(text.split())


def test_the_best_go_first_and_a_smaller_one_fills_what_is_left():
    packed = pack([stretch("a", 60), stretch("b", 50), stretch("c", 30)], most=9, token_budget=100, count_tokens=count)
    assert [one.best.chunk.id for one in packed.stretches] == ["a", "c"]
    assert [(one.chunk_id, one.reason, one.tokens) for one in packed.left_out] == [("b", "budget", 50)]
    assert packed.tokens == 90


def test_a_wide_one_that_does_not_fit_is_tried_with_its_own_chunk_alone():
    parts = [chunk(f"p{at}", "w " * 40, document_id="d", place=at, start=at * 81) for at in range(3)]
    wide = Stretch(best=contender(parts[1]), chunks=tuple(parts), others=(contender(parts[2]),))
    packed = pack([wide], most=9, token_budget=100, count_tokens=count)
    assert [[one.id for one in part.chunks] for part in packed.stretches] == [["p1"], ["p2"]]


def test_passages_of_one_document_stand_together_in_its_order():
    found = [("b2", "b", 50), ("a1", "a", 0), ("b1", "b", 0), ("a2", "a", 50)]
    stretches = [stretch(name, 1, document_id=document, start=start) for name, document, start in found]
    assert [one.best.chunk.id for one in put_in_order(stretches, "document")] == ["b1", "b2", "a1", "a2"]
    assert [one.best.chunk.id for one in put_in_order(stretches, "best")] == ["b2", "a1", "b1", "a2"]


@given(st.lists(st.integers(1, 200), max_size=20), st.integers(50, 400), st.integers(1, 10))
def test_no_budget_is_exceeded_and_nothing_is_lost(sizes: list[int], budget: int, most: int):
    stretches = [stretch(f"c{at}", words) for at, words in enumerate(sizes)]
    packed = pack(stretches, most=most, token_budget=budget, count_tokens=count)
    assert packed.tokens == sum(count(one.best.chunk.text) for one in packed.stretches) <= budget
    assert len(packed.stretches) <= most
    if len(packed.stretches) < most:
        assert len(packed.stretches) + len(packed.left_out) == len(sizes)
