"""Whatever readers, tenants, filters and plans: a retrieval names nothing that the caller may not read now.

It tries by widening, copies, rewriting into several questions, reranking, budgets, and what is remembered, also while
the index is behind the readers.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select, update

from plimsoll.errors import Overloaded
from plimsoll.knowledge import RetrievalPlan, RetrievalResult, Where
from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.documents import DOCUMENTS, MetadataValue
from plimsoll.records import Principal, SystemClock
from plimsoll.store import Store
from plimsoll.testing import ScriptedReranker, ScriptedRewriter

from flow.knowledge.asking import Asking, asking
from unit.knowledge.scripted_embedder import ScriptedEmbedder

QUESTIONS = ("When is soup served?", "Which note is due?", "Where do trains go?")
SOUP = "Soup is served at noon, and the note says so.\n\n"
LONG = "".join(f"Soup number {n} is served with a note of Ada and with bread from the bakery. " for n in range(60))
FILES = {
    **{f"docs/copy{n}.md": f"# Soup\n\n{SOUP}" for n in range(3)},
    **{f"docs/long{n}.md": f"# Long {n}\n\n{LONG}\n\n## Trains\n\nTrains go to town {n}.\n" for n in range(2)},
    "docs/note.md": "# Note\n\nA note is due after three days.\n",
}
READERS = st.sets(st.sampled_from(["public", "user:ada", "group:pay", "group:law"]), min_size=1, max_size=2)


class Row(msgspec.Struct, frozen=True):
    """What decides who may read a document, and which filter means it."""

    readers: tuple[str, ...]
    tenant: str
    metadata: dict[str, MetadataValue]


ROWS = st.lists(
    st.builds(
        Row,
        readers=READERS.map(lambda names: tuple(sorted(names))),
        tenant=st.sampled_from(["local", "local", "local", "other"]),
        metadata=st.dictionaries(st.just("language"), st.sampled_from(["en", "de"]), max_size=1),
    ),
    min_size=len(FILES),
    max_size=len(FILES),
)
CALLERS = st.builds(
    Principal,
    id=st.sampled_from(["user:ada", "user:eve", "group:pay", "public"]),
    tenant=st.sampled_from(["local", "local", "other", "third"]),
    groups=st.frozensets(st.sampled_from(["pay", "law", "public"]), max_size=2),
    scopes=st.sampled_from([frozenset[str](), frozenset({"admin"})]),
)
PLANS = st.builds(
    RetrievalPlan,
    passages=st.sampled_from([1, 2, 50]),
    token_budget=st.sampled_from([0, 0, 60, 400]),
    where=st.sampled_from([Where(), Where(equals={"language": "en"}), Where(source_prefix="docs/long")]),
    widen=st.sampled_from(["none", "neighbours", "section"]),
    order=st.sampled_from(["best", "document"]),
    rerank=st.booleans(),
    rewrite=st.booleans(),
    leave_out_stale=st.booleans(),
    max_age_hours=st.sampled_from([0.0, 1e-9]),
    deadline_ms=st.sampled_from([0, 0, 300]),
)
Question = tuple[Principal, RetrievalPlan]


class Truth(msgspec.Struct, frozen=True):
    """The table of truth at one moment."""

    rows: dict[str, Row]
    sources: dict[str, str]
    chunks: dict[str, str]

    def readable(self, caller: Principal, where: Where) -> set[str]:
        return {
            document
            for document, row in self.rows.items()
            if row.tenant == caller.tenant
            and may_read(row.readers, caller)
            and where.matches(row.metadata, origin="", source=self.sources[document])
        }

    def leaked(self, result: RetrievalResult, caller: Principal, plan: RetrievalPlan) -> set[str]:
        """Return the documents and sources that the result names and that are not for the caller."""
        mine = self.readable(caller, plan.where)
        named = {chunk for passage in result.passages for chunk in passage.chunk_ids()}
        named |= {one.chunk_id for one in result.passages} | {one.chunk_id for one in result.left_out}
        documents = {self.chunks[chunk] for chunk in named | set(result.found_by)}
        sources = {source for passage in result.passages for source in (passage.source, *passage.also_in)}
        sources |= {one.source for one in result.left_out}
        return (documents - mine) | (sources - {self.sources[document] for document in mine})


class LateCounter(ScriptedEmbedder):
    """Counts tokens until it is stuck."""

    is_stuck = False

    def count_tokens(self, text: str) -> int:
        if self.is_stuck:
            self.go_on.wait(timeout=60)
        return super().count_tokens(text)


def write_rows(connection: Connection, rows: Sequence[Row]) -> None:
    for source, row in zip(FILES, rows, strict=True):
        values = {"readers": list(row.readers), "tenant": row.tenant, "metadata": row.metadata}
        connection.execute(update(DOCUMENTS).where(DOCUMENTS.c.source == source).values(**values))


def read_truth(connection: Connection) -> Truth:
    documents = connection.execute(select(DOCUMENTS)).mappings().all()
    chunks = connection.execute(select(CHUNKS.c.id, CHUNKS.c.document_id)).all()
    return Truth(
        rows={one["id"]: Row(tuple(one["readers"]), one["tenant"], one["metadata"]) for one in documents},
        sources={one["id"]: one["source"] for one in documents},
        chunks={row.id: row.document_id for row in chunks},
    )


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a corpus whose documents everyone may read."""

    async def read_in(folder: Path) -> None:
        async with asking(folder, FILES):
            pass

    folder = tmp_path_factory.mktemp("leaks") / "corpus"
    folder.mkdir()
    asyncio.run(read_in(folder))
    return folder


async def ask_all(corpus: Asking, asked: Sequence[Question], *, is_current: bool) -> set[str]:
    leaked: set[str] = set()
    truth = await corpus.store.read(read_truth)
    for caller, plan in asked:
        try:
            result = await corpus.ask(QUESTIONS[0], caller=caller, plan=plan)
        except Overloaded:
            continue
        leaked |= truth.leaked(result, caller, plan)
        is_whole = is_current and not (result.degraded or plan.token_budget or plan.leave_out_stale)
        if is_whole and plan.passages > len(FILES):
            shown = {source for one in result.passages for source in (one.source, *one.also_in)}
            assert shown == {truth.sources[document] for document in truth.readable(caller, plan.where)}
    return leaked


async def walk(folder: Path, *, before: Sequence[Row], after: Sequence[Row], asked: Sequence[Question]) -> set[str]:
    store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=SystemClock())
    await store.write(lambda connection: write_rows(connection, before))
    await store.close()
    shutil.rmtree(folder / "index")
    embedder, rewriter = LateCounter(), ScriptedRewriter([QUESTIONS] * 100)
    async with asking(folder, {}, embedder=embedder, reranker=ScriptedReranker(), rewriter=rewriter) as corpus:
        leaked = await ask_all(corpus, asked, is_current=True)
        await corpus.store.write(lambda connection: write_rows(connection, after))
        leaked |= await ask_all(corpus, asked, is_current=False)
        await corpus.store.write(lambda connection: write_rows(connection, before))
        embedder.is_stuck = True
        try:
            leaked |= await ask_all(corpus, [one for one in asked if one[1].deadline_ms], is_current=False)
        finally:
            embedder.go_on.set()
        return leaked


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(ROWS, ROWS), st.lists(st.tuples(CALLERS, PLANS), min_size=1, max_size=5))
def test_nothing_is_named_that_the_caller_may_not_read(
    ingested: Path, rows: tuple[list[Row], list[Row]], asked: list[Question]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(ingested, Path(folder) / "corpus"))
        assert asyncio.run(walk(copy, before=rows[0], after=rows[1], asked=asked)) == set()
