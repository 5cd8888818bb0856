"""What a list of documents shows: on both databases page by page, filtered, and only to those who may read it."""

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from plimsoll.errors import NotFound
from plimsoll.knowledge import Ages, DocumentPage, DocumentPlace, browse_documents, filter_documents, read_document
from plimsoll.knowledge.browsing import find_readable, identify_content, measure_corpus
from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.tables.browsing import DocumentState
from plimsoll.knowledge.tables.chunks import ChunkRow
from plimsoll.knowledge.tables.corpora import ensure_corpus
from plimsoll.knowledge.tables.documents import DocumentRow
from plimsoll.knowledge.tables.replacing import replace_document
from plimsoll.records import Principal
from plimsoll.store import Store

from contract.store.databases import emptied

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)
AGES = Ages(now=NOW, max_ages={"wiki": timedelta(days=7)})
ADA = Principal(id="user:ada", groups=frozenset({"pay"}))
CALLERS = (
    ADA,
    Principal(id="user:bob"),
    Principal(id="group:pay", scopes=frozenset({"admin"})),
    Principal(id="key:7"),
    Principal(id="user:ada", tenant="other"),
)
READERS = (("public",), ("user:ada",), ("group:pay", "key:7"), ("group:ops", "user:o'neil"))


@pytest.fixture
async def store(url: str) -> AsyncGenerator[Store]:
    async with emptied(url) as store:
        await store.write(lambda connection: ensure_corpus(connection, "docs", fingerprint="f", model="m"))
        yield store


def document(number: int, **changes: object) -> DocumentRow:
    fields: dict[str, object] = {
        "id": f"d{number:03}",
        "tenant": "local",
        "source": f"docs/{number:03}.md",
        "title": f"Page {number}",
        "content_hash": "",
        "recipe": "",
        "chunk_count": 0,
        "sentence_count": 0,
        "ingested_at": NOW,
        "checked_at": NOW - timedelta(hours=number),
    }
    return DocumentRow(**{**fields, **changes})  # pyright: ignore[reportArgumentType]


def chunk(place: int, tokens: int = 7) -> ChunkRow:
    return ChunkRow(
        id=f"c{place:03}",
        document_id="d001",
        place=place,
        start=place * 10,
        text=f"Rule {place}.",
        context="",
        heading="Rules",
        page=None,
        tokens=tokens,
        sentence_spans=b"",
    )


async def keep(store: Store, rows: Sequence[DocumentRow], chunks: Sequence[ChunkRow] = ()) -> None:
    for row in rows:
        own = [one for one in chunks if one.document_id == row.id]
        await store.write(
            lambda connection, row=row, own=own: replace_document(connection, "docs", row, chunks=own, vectors=())
        )


async def browse(store: Store, caller: Principal = ADA, **asked: object) -> DocumentPage:
    place = DocumentPlace(**{name: asked.pop(name) for name in ("after", "before", "limit") if name in asked})  # pyright: ignore[reportArgumentType]
    where = filter_documents(caller, AGES, **asked)  # pyright: ignore[reportArgumentType]
    return await browse_documents(store, "docs", where, place=place, ages=AGES)


def names(page: DocumentPage) -> list[str]:
    return [one.id for one in page.documents]


async def test_pages_lead_to_the_last_document_and_back_to_the_first(store: Store):
    await keep(store, [document(number) for number in range(7)])
    pages = [await browse(store, limit=3)]
    while (after := pages[-1].next) is not None:
        pages.append(await browse(store, limit=3, after=after))
    assert [names(page) for page in pages] == [["d000", "d001", "d002"], ["d003", "d004", "d005"], ["d006"]]
    back = await browse(store, limit=3, before=pages[-1].previous)
    assert (names(back), back.next) == (["d003", "d004", "d005"], "docs/005.md")
    first = await browse(store, limit=3, before=back.previous)
    assert (names(first), first.previous, first.total) == (["d000", "d001", "d002"], None, 7)


async def test_who_may_read_a_document_is_decided_as_retrieval_decides_it(store: Store):
    await keep(store, [document(number, readers=readers) for number, readers in enumerate(READERS)])
    for caller in CALLERS:
        mine = [
            f"d{n:03}" for n, readers in enumerate(READERS) if caller.tenant == "local" and may_read(readers, caller)
        ]
        page = await browse(store, caller)
        others = len(READERS) - len(mine) if caller.tenant == "local" else 0
        assert (names(page), page.total, page.for_others) == (mine, len(mine), others)


async def test_of_many_sources_those_that_may_be_read_are_found(store: Store):
    await keep(store, [document(number, readers=READERS[number % 2]) for number in range(4)])
    asked = [f"docs/{number:03}.md" for number in range(1_200)]
    bob = await find_readable(store, "docs", asked, caller=CALLERS[1])
    assert (bob, await find_readable(store, "docs", [], caller=ADA)) == ({"docs/000.md", "docs/002.md"}, set())


async def test_what_is_for_others_is_as_absent_as_what_never_was(store: Store):
    await keep(store, [document(number, readers=readers) for number, readers in enumerate(READERS)])
    for caller, (number, readers) in product(CALLERS, enumerate(READERS)):
        asked = read_document(store, "docs", f"d{number:03}", caller=caller, ages=AGES, first=0, limit=5)
        if caller.tenant == "local" and may_read(readers, caller):
            assert (await asked).document.readers == readers
        else:
            with pytest.raises(NotFound) as hidden:
                await asked
            with pytest.raises(NotFound) as absent:
                await read_document(store, "docs", "d999", caller=caller, ages=AGES, first=0, limit=5)
            assert hidden.value.message.replace(f"d{number:03}", "d999") == absent.value.message


@pytest.mark.parametrize(
    ("state", "expected"),
    [("read", ["d000", "d003"]), ("truncated", ["d001"]), ("unreadable", ["d002"]), ("stale", ["d003"])],
)
async def test_documents_are_found_by_their_state(store: Store, state: DocumentState, expected: list[str]):
    old = NOW - timedelta(days=8)
    await keep(
        store,
        [
            document(0, checked_at=old),
            document(1, truncated="rows after 100,000"),
            document(2, error_code="unreadable_document", origin="wiki", checked_at=old),
            document(3, origin="wiki", checked_at=old),
        ],
    )
    page = await browse(store, state=state)
    assert (names(page), page.total) == (expected, len(expected))


async def test_stale_is_what_retrieval_calls_stale_with_a_limit_for_sources_that_declare_none(store: Store):
    await keep(store, [document(0, checked_at=NOW - timedelta(days=2)), document(1, origin="wiki", checked_at=NOW)])
    ages = Ages(now=NOW, max_ages=AGES.max_ages, otherwise=timedelta(days=1))
    where = filter_documents(ADA, ages, state="stale")
    page = await browse_documents(store, "docs", where, place=DocumentPlace(), ages=ages)
    assert [(one.id, one.is_stale) for one in page.documents] == [("d000", True)]


async def test_a_text_is_looked_for_as_it_is_written_and_an_origin_by_name(store: Store):
    await keep(store, [document(0, title="100% paid"), document(1, title="100 paid"), document(2, origin="wiki")])
    assert names(await browse(store, text="0% PAID")) == ["d000"]
    assert names(await browse(store, text="001.md")) == ["d001"]
    assert names(await browse(store, origin="wiki")) == ["d002"]
    assert names(await browse(store, origin="")) == ["d000", "d001"]


async def test_chunks_come_in_order_with_their_tokens_and_where_to_go_on(store: Store):
    await keep(store, [document(1, chunk_count=5)], [chunk(place) for place in (3, 1, 4, 0, 2)])
    first = await read_document(store, "docs", "d001", caller=ADA, ages=AGES, first=0, limit=3)
    rest = await read_document(store, "docs", "d001", caller=ADA, ages=AGES, first=first.next or 0, limit=3)
    assert [one.place for one in (*first.chunks, *rest.chunks)] == [0, 1, 2, 3, 4]
    assert (first.document.tokens, first.next, rest.next) == (35, 3, None)
    assert (await browse(store)).documents[0].tokens == 35


async def test_a_corpus_is_measured_over_one_tenant(store: Store):
    rows = [document(0, chunk_count=2), document(1, error_code="unreadable_document"), document(5, truncated="pages")]
    await keep(store, [*rows, document(9, tenant="other")])
    found = await measure_corpus(store, "docs", tenant="local")
    assert (found.documents, found.chunks, found.failed, found.truncated) == (2, 2, 1, 1)
    assert (found.newest_at, found.oldest_at, found.seq) == (NOW, NOW - timedelta(hours=5), 4)
    empty = await measure_corpus(store, "docs", tenant="nobody")
    assert (empty.documents, empty.chunks, empty.oldest_at) == (0, 0, None)


async def test_equal_documents_have_one_identity_whoever_reads_them_in_and_when(store: Store):
    await keep(store, [document(1, content_hash="a"), document(2, content_hash="b")])
    known = await identify_content(store, "docs")
    await keep(store, [document(7, source="docs/001.md", content_hash="a", ingested_at=NOW + timedelta(days=1))])
    assert await identify_content(store, "docs") == known
    await keep(store, [document(8, source="docs/002.md", content_hash="c")])
    assert await identify_content(store, "docs") != known
