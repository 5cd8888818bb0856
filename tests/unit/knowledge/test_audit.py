"""What an audit finds, each kind by a document that has it, and nothing in a corpus that is in order."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from plimsoll.knowledge import AuditedTexts, AuditReport, AuditSurroundings, DocumentRow, audit_corpus
from plimsoll.knowledge.audit.near_duplicates import Sketch, find_similar

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
ROW = DocumentRow(
    id="a",
    tenant="local",
    source="a.md",
    title="A",
    content_hash="1",
    recipe="r",
    chunk_count=1,
    sentence_count=1,
    ingested_at=NOON,
    checked_at=NOON,
)
AROUND = AuditSurroundings(now=NOON, fingerprint="mine", readers=frozenset({"group:staff"}))
LONG = " ".join(f"word{number} stands here" for number in range(60))


def sketch(text: str) -> tuple[int, ...]:
    made = Sketch()
    made.add(text)
    return made.hashes()


def audit(*documents: DocumentRow, around: AuditSurroundings = AROUND, **texts: str) -> AuditReport:
    read = AuditedTexts(
        sketches={name: sketch(text) for name, text in texts.items()},
        fingerprints={one.id: frozenset({one.recipe.removeprefix("r") or "mine"}) for one in documents},
        was_cut=False,
    )
    return audit_corpus("docs", documents, texts=read, around=around)


def test_a_corpus_in_order_has_no_findings():
    report = audit(ROW, around=replace(AROUND, retrieved=frozenset({"a.md"}), max_age=timedelta(days=1)))
    assert (report.findings, report.reaches("note")) == ((), False)


def test_each_kind_of_trouble_is_named_with_its_document():
    old = NOON - timedelta(days=9)
    documents = (
        replace(ROW, id="b", source="b.md", content_hash="2", checked_at=old),
        replace(ROW, id="c", source="c.md", content_hash="3", error_code="x", error_message="It is empty."),
        replace(ROW, id="d", source="d.md", content_hash="4", truncated="3 pages"),
        replace(ROW, id="e", source="e.md", content_hash="5", readers=("group:gone",)),
        replace(ROW, id="f", source="f.md", content_hash="6", origin="wiki"),
        replace(ROW, id="g", source="g.md", content_hash="7", recipe="rother"),
        replace(ROW, id="h", source="h.md", content_hash="1"),
    )
    around = replace(AROUND, max_age=timedelta(days=7), gone=frozenset({"d.md"}))
    report = audit(ROW, *documents, around=around)
    assert {(one.kind.value, one.subjects) for one in report.findings} == {
        ("stale", ("b.md",)),
        ("unreadable", ("c.md",)),
        ("truncated", ("d.md",)),
        ("gone", ("d.md",)),
        ("unreachable", ("e.md",)),
        ("orphaned", ("f.md",)),
        ("other model", ("g.md",)),
        ("duplicate", ("a.md", "h.md")),
    }
    assert report.findings[0].severity == "wrong"


def test_documents_that_no_question_found_are_named_only_where_retrievals_are_known():
    known = audit(ROW, around=replace(AROUND, retrieved=frozenset()))
    assert [(one.kind.value, one.severity) for one in known.findings] == [("never retrieved", "note")]
    assert audit(ROW).findings == ()


def test_near_duplicates_are_paired_and_others_are_not():
    other = replace(ROW, id="b", source="b.md", content_hash="2")
    third = replace(ROW, id="c", source="c.md", content_hash="3")
    report = audit(ROW, other, third, a=LONG, b=f"{LONG} and a word more", c=LONG.replace("stands", "is not"))
    assert [(one.kind.value, one.subjects) for one in report.findings] == [("near duplicate", ("a.md", "b.md"))]


def test_texts_too_short_to_compare_are_left_alone():
    assert find_similar({"a": sketch("Thirty days."), "b": sketch("Thirty days.")}, most=5) == []
