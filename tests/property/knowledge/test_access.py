"""Nothing leaks from a view, and nothing that a caller may read is missed, whatever the documents and the filter."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.knowledge import Range, Where
from plimsoll.knowledge.index.access import View
from plimsoll.knowledge.index.snapshot import Snapshot
from plimsoll.knowledge.readers import may_read
from plimsoll.records import Principal

from unit.knowledge.indexed_chunks import Written, snapshot_of
from unit.knowledge.scripted_embedder import ScriptedEmbedder

WORDS = ["soup", "train", "leave", "note", "flight", "lunch"]
NAMES = ["public", "user:ada", "user:bob", "group:pay", "group:law"]
VALUES = st.sampled_from([True, 1, "1", 2, 2.5, "b"])
EMBEDDER = ScriptedEmbedder()
DOCUMENTS = st.lists(
    st.builds(
        Written,
        text=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join),
        tenant=st.sampled_from(["local", "other"]),
        readers=st.sets(st.sampled_from(NAMES), min_size=1, max_size=2).map(lambda names: tuple(sorted(names))),
        metadata=st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=2),
        origin=st.sampled_from(["", "wiki"]),
    ),
    min_size=1,
    max_size=25,
)
CALLERS = st.builds(
    Principal,
    id=st.sampled_from(["user:ada", "user:bob", "group:pay", "public", "user:eve"]),
    tenant=st.sampled_from(["local", "other", "third"]),
    groups=st.frozensets(st.sampled_from(["pay", "law", "public"]), max_size=2),
    scopes=st.sampled_from([frozenset[str](), frozenset({"admin"})]),
)
FILTERS = st.builds(
    Where,
    equals=st.dictionaries(st.sampled_from(["a", "b"]), VALUES, max_size=1),
    any_of=st.dictionaries(st.sampled_from(["a", "c"]), st.lists(VALUES, max_size=2).map(tuple), max_size=1),
    ranges=st.dictionaries(
        st.just("a"), st.sampled_from([Range(at_least=1), Range(at_most=2), Range(at_least="1")]), max_size=1
    ),
    origin=st.sampled_from([None, "", "wiki"]),
    source_prefix=st.sampled_from(["", "docs/1", "elsewhere"]),
) | st.just(Where())


def expected_rows(documents: list[Written], caller: Principal, where: Where) -> list[int]:
    return [
        row
        for row, document in enumerate(documents)
        if document.tenant == caller.tenant
        and may_read(document.readers, caller)
        and where.matches(document.metadata, origin=document.origin, source=f"docs/{row}.md")
    ]


def check_legs(snapshot: Snapshot, view: View, mine: list[int]) -> None:
    question = EMBEDDER.embed(["soup note train"])[0]
    assert np.flatnonzero(view.mask).tolist() == mine
    cosines = snapshot.score_chunks(range(snapshot.rows), question)
    for limit in (1, 3, 60):
        by_vectors = snapshot.score_vectors(question, view=view, limit=limit)
        best = sorted((float(cosines[row]) for row in mine), reverse=True)[:limit]
        assert {hit.row for hit in by_vectors} <= set(mine)
        assert np.allclose([hit.score for hit in by_vectors], best, atol=1e-6)
        by_words = snapshot.score_text("soup note train", view=view, limit=limit)
        assert {hit.row for hit in by_words} <= set(mine)
        assert len(by_words) == min(limit, len(snapshot.score_text("soup note train", view=view, limit=1000)))


@settings(max_examples=80, deadline=None)
@given(DOCUMENTS, st.lists(st.tuples(CALLERS, FILTERS), min_size=1, max_size=4))
def test_both_legs_rank_exactly_what_the_caller_may_read_and_the_filter_means(
    documents: list[Written], asked: list[tuple[Principal, Where]]
) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        snapshot = snapshot_of(Path(folder), documents, EMBEDDER)
        for caller, where in asked:
            check_legs(snapshot, snapshot.view(caller, where), expected_rows(documents, caller, where))


@settings(max_examples=25, deadline=None)
@given(DOCUMENTS, CALLERS, FILTERS)
def test_the_words_leg_ranks_a_view_as_the_whole_index_would(
    documents: list[Written], caller: Principal, where: Where
) -> None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        snapshot = snapshot_of(Path(folder), documents, EMBEDDER)
        mine = set(expected_rows(documents, caller, where))
        everything = snapshot._text.search(snapshot._text.terms("soup note"), only=None, limit=1000)
        best = [round(hit.score, 5) for hit in everything if hit.row in mine][:3]
        found = snapshot.score_text("soup note", view=snapshot.view(caller, where), limit=3)
        assert [round(hit.score, 5) for hit in found] == best
