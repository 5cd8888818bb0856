"""Packing by the tokens of the real tokenizer: what goes into a prompt is within the budget, whatever the text is."""

from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.gateway import Embedder, load_embedder
from plimsoll.knowledge.retrieval.contender import Stretch
from plimsoll.knowledge.retrieval.packing import Packed, pack
from plimsoll.knowledge.retrieval.widening import text_of

from unit.knowledge.contenders import chunk, contender

pytestmark = pytest.mark.model
WORDS = st.sampled_from(["tide", "Flut", "潮汐", "100,000.50", "e\u0301te\u0301", "--", "🙂", "unbelievability", "\n"])
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map(" ".join))


@lru_cache(maxsize=1)
def embedder() -> Embedder:
    return load_embedder()


def packed_by(texts: list[list[str]], budget: int) -> Packed:
    stretches: list[Stretch] = []
    for number, parts in enumerate(texts):
        chunks = tuple(
            chunk(f"{number}-{place}", text, document_id=f"d{number}", place=place, start=1_000 * place)
            for place, text in enumerate(parts)
        )
        stretches.append(Stretch(best=contender(chunks[0]), chunks=chunks, others=tuple(map(contender, chunks[1:]))))
    return pack(stretches, most=10, token_budget=budget, count_tokens=embedder().count_tokens)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=8), st.integers(50, 600))
def test_no_budget_of_real_tokens_is_exceeded_by_what_a_prompt_holds(texts: list[list[str]], budget: int) -> None:
    packed = packed_by(texts, budget)
    shown = [text_of(stretch.chunks) for stretch in packed.stretches]
    assert packed.tokens == sum(embedder().count_each(shown)) <= budget
    assert embedder().count_tokens("\n\n".join(shown)) <= packed.tokens + 2  # the marks of a text without any passage
    kept = {one.id for stretch in packed.stretches for one in stretch.chunks}
    named = kept | {one.chunk_id for one in packed.left_out}
    if len(packed.stretches) < 10:
        assert named == {f"{number}-{place}" for number, parts in enumerate(texts) for place in range(len(parts))}
