"""What an audit finds, each kind by a document that has it, and nothing in a corpus that is in order."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from plimsoll.knowledge import AuditedTexts, AuditReport, AuditSurroundings, DocumentRow, IndexFiles, audit_corpus
from plimsoll.knowledge.audit.near_duplicates import Hashes, Sketches, find_similar

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
AROUND = AuditSurroundings(now=NOON, fingerprint="mine", readers=frozenset({"group:staff"}), index=IndexFiles(seq=3))
LONG = " ".join(f"word{number} stands here" for number in range(60))


def sketch(**texts: str) -> dict[str, Hashes]:
    made = Sketches()
    made.add(list(texts.items()))
    return made.finished()


def audit(*documents: DocumentRow, around: AuditSurroundings = AROUND, **texts: str) -> AuditReport:
    read = AuditedTexts(
        sketches=sketch(**texts),
        chunks={one.id: one.chunk_count for one in documents},
        other_models=frozenset(one.id for one in documents if one.recipe != "r"),
        stray=0,
        seq=3,
        has_changed=False,
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
    assert sketch(a="Thirty days.", b="Thirty days.") == {}


def test_the_same_words_are_alike_whatever_stands_between_them():
    sketches = sketch(a=LONG, b=LONG.upper().replace(" ", "\u2014"), c=f"\u201c{LONG}\u201d, and more")
    found = find_similar(sketches, most=5)
    assert [(pair.first, pair.second) for pair in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found.pairs[0].similarity == 1


def test_a_family_of_copies_is_counted_and_the_most_alike_are_named():
    family = sketch(**{f"d{number:02}": f"{LONG} number {number}" for number in range(15)})
    found = find_similar(family, most=4)
    assert (len(found.pairs), found.found, found.was_cut) == (4, 15 * 14 // 2, False)


def test_a_phrase_in_every_document_makes_no_pairs():
    texts = {f"d{n}": f"All rights are reserved by us. {' '.join(f'w{n}x{i}' for i in range(80))}" for n in range(30)}
    assert find_similar(sketch(**texts), most=5).found == 0


def test_a_shingle_spans_neighbouring_chunks_of_a_document_however_it_was_cut():
    whole, cut = Sketches(), Sketches()
    words = LONG.split()
    whole.add([("a", LONG)])
    cut.add([("a", " ".join(words[:50])), ("a", " ".join(words[50:]))])
    assert whole.finished()["a"].tolist() == cut.finished()["a"].tolist()


def test_what_is_wrong_with_the_corpus_as_a_whole_is_told_to_everyone_and_of_documents_to_their_readers():
    report = audit(replace(ROW, error_code="x"), ROW, around=replace(AROUND, index=IndexFiles()))
    assert [one.kind.value for one in report.about([ROW.source], tenant="acme").findings] == ["index behind"]
    assert [one.kind.value for one in report.about([], tenant="local").findings] == ["index behind"]
    assert report.about([ROW.source], tenant="local") == report
