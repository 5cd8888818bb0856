from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.knowledge import Holdings, Manifest, SourceState
from plimsoll.project.knowledge.card import CorpusCard, EmbeddingInUse, make_card
from plimsoll.records import Verdict

NOW = datetime(2026, 5, 10, tzinfo=UTC)
MODEL = EmbeddingInUse(name="model", fingerprint="f1", dimensions=8)


def source(**changes: object) -> SourceState:
    fields: dict[str, object] = {
        "name": "wiki",
        "kind": "web",
        "documents": 3,
        "result": "synced",
        "message": "",
        "is_held": False,
        "started_at": NOW,
        "finished_at": NOW,
        "succeeded_at": NOW,
        "age_seconds": 60.0,
        "max_age_seconds": 3_600.0,
        "is_stale": False,
    }
    return SourceState(**{**fields, **changes})  # pyright: ignore[reportArgumentType]


def card(*sources: SourceState, documents: int = 3, failed: int = 0, published: Manifest | None = None) -> CorpusCard:
    held = Holdings(
        seq=7,
        updated_at=NOW,
        documents=documents,
        chunks=9,
        failed=failed,
        truncated=0,
        oldest_at=NOW - timedelta(days=1) if documents else None,
        newest_at=NOW if documents else None,
    )
    return make_card("docs", held, embedding=MODEL, published=published, sources=sources, now=NOW)


def manifest(seq: int, fingerprint: str = "f1") -> Manifest:
    return Manifest(version=3, seq=seq, fingerprint=fingerprint, dimensions=8, rows=9, checksums={})


def test_a_corpus_whose_limits_are_all_kept_is_above_the_line():
    found = card(source())
    assert (found.verdict, found.problems, found.oldest_age_seconds) == (Verdict.HOLDS, (), 86_400.0)


def test_of_an_empty_corpus_nothing_is_known():
    assert card(documents=0).verdict is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"result": "held", "is_held": True, "message": "It lists nothing."}, "`wiki` is held. It lists nothing."),
        ({"result": "unreachable", "message": "No answer."}, "`wiki` could not be reached. No answer."),
        ({"result": "refused", "message": "No column."}, "`wiki` was refused. No column."),
        (
            {"is_stale": True, "age_seconds": 9_000.0},
            "`wiki` is stale: it was last synchronised 2 hours ago, and its limit is 1 hour.",
        ),
        (
            {"is_stale": True, "age_seconds": None, "result": "never"},
            "`wiki` is stale: it was never synchronised, and its limit is 1 hour.",
        ),
    ],
)
def test_what_needs_a_person_is_said_in_a_sentence_and_puts_the_corpus_below_the_line(
    changes: dict[str, object], sentence: str
):
    found = card(source(**changes))
    assert (found.verdict, found.problems) == (Verdict.FALLS_SHORT, (sentence,))


def test_a_document_that_could_not_be_read_puts_even_an_empty_corpus_below_the_line():
    found = card(documents=0, failed=1)
    assert (found.verdict, found.problems) == (Verdict.FALLS_SHORT, ("1 document could not be read.",))


@pytest.mark.parametrize(
    ("published", "state", "seq"),
    [(None, "none", None), (manifest(7), "current", 7), (manifest(5), "behind", 5), (manifest(7, "f2"), "none", None)],
)
def test_an_index_is_held_against_the_truth_and_the_model_in_use(
    published: Manifest | None, state: str, seq: int | None
):
    standing = card(published=published).index
    assert (standing.state, standing.seq, standing.applied_seq) == (state, seq, 7)
