"""Rows whose columns drift: it is said, nothing is taken until a person confirms, and the old rows go on answering."""

import asyncio
import csv
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Column, Double, MetaData, Table, Text, create_engine

from plimsoll.knowledge import Columns, Corpus, DeclaredSource, RecordSource, RowFile, RowQuery, SyncReport
from plimsoll.knowledge.sources.records import RowReader
from plimsoll.records import Principal, Secret

from contract.store.databases import database
from flow.knowledge.opened import opened

Row = dict[str, object]
COLUMNS = Columns(id="id", text="body", title="subject", metadata=("stars",))
ROWS: list[Row] = [
    {"id": str(number), "body": f"Ticket {number} is about printers.", "subject": f"Case {number}", "stars": number}
    for number in range(10)
]
JSONL = pytest.param("jsonl", id="jsonl")
CSV = pytest.param("csv", id="csv")
SQLITE = pytest.param("sqlite", id="sqlite")
POSTGRES = pytest.param("postgres", id="postgres", marks=pytest.mark.postgres)
TYPED = [JSONL, SQLITE, POSTGRES]
EVERY = [*TYPED, CSV]


class Rows:
    """A source of rows that can be written anew."""

    def __init__(self, kind: str, folder: Path, url: str) -> None:
        self._kind = kind
        self._path = folder / f"rows.{kind}"
        self._url = url

    def reader(self) -> RowReader:
        """Return what a source reads the rows with."""
        if self._kind == "jsonl":
            return RowFile(self._path, kind="jsonl", most_rows=100)
        if self._kind == "csv":
            return RowFile(self._path, kind="csv", most_rows=100)
        return RowQuery("SELECT * FROM tickets", url=lambda: Secret(self._url), most_rows=100, seconds=20)

    def write(self, rows: Sequence[Row]) -> None:
        """Put these rows in place of those that are there."""
        if self._kind == "jsonl":
            self._path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        elif self._kind == "csv":
            with self._path.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        else:
            self._write_table(rows)

    def _write_table(self, rows: Sequence[Row]) -> None:
        engine = create_engine(self._url.replace("postgresql://", "postgresql+psycopg://"))
        columns = [Column(name, Double if isinstance(value, int) else Text) for name, value in rows[0].items()]
        table = Table("tickets", MetaData(), *columns)
        with engine.begin() as connection:
            table.drop(connection, checkfirst=True)
            table.create(connection)
            connection.execute(table.insert(), list(rows))
        engine.dispose()


@asynccontextmanager
async def known(kind: str, folder: Path) -> AsyncGenerator[tuple[Corpus, Rows]]:
    """Open a corpus that has synchronised the ten rows."""
    with database("postgres" if kind == "postgres" else "sqlite", folder) as url:
        rows = Rows(kind, folder, url)
        rows.write(ROWS)
        source = RecordSource("tickets", rows.reader(), columns=COLUMNS)
        async with opened(folder, sources=[DeclaredSource(name="tickets", source=source)]) as corpus:
            assert (await synced(corpus)).result == "synced"
            yield corpus, rows


async def synced(corpus: Corpus) -> SyncReport:
    [report] = await corpus.sync()
    return report


async def answers(corpus: Corpus) -> int:
    found = await corpus.retrieve("Which ticket is about printers?", passages=50, caller=Principal.local())
    return len({passage.source for passage in found.passages})


def without(name: str) -> Callable[[Row], Row]:
    return lambda row: {key: value for key, value in row.items() if key != name}


def renamed(name: str, other: str) -> Callable[[Row], Row]:
    return lambda row: {other if key == name else key: value for key, value in row.items()}


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize("change", [without("subject"), renamed("subject", "subjects")])
def test_a_column_that_is_gone_is_named_and_holds_the_source(
    tmp_path: Path, kind: str, change: Callable[[Row], Row]
) -> None:
    async def walk() -> None:
        async with known(kind, tmp_path) as (corpus, rows):
            rows.write([change(row) for row in ROWS])
            held = await synced(corpus)
            assert (held.result, held.report) == ("held", None)
            assert "The column 'subject' is gone" in held.message
            assert (await corpus.sources())[0].is_held
            assert await answers(corpus) == len(ROWS)
            await corpus.confirm("tickets")
            assert (await synced(corpus)).result == "synced"

    asyncio.run(walk())


@pytest.mark.parametrize("kind", TYPED)
def test_a_column_of_another_type_holds_the_source_until_it_is_as_it_was(tmp_path: Path, kind: str) -> None:
    async def walk() -> None:
        async with known(kind, tmp_path) as (corpus, rows):
            rows.write([row | {"stars": "many"} for row in ROWS])
            held = await synced(corpus)
            assert (held.result, held.message) == ("held", "The column 'stars' held number and holds text now.")
            assert await answers(corpus) == len(ROWS)
            rows.write([*ROWS, ROWS[0] | {"id": "new"}])
            report = (await synced(corpus)).report
            assert report is not None
            assert (report.added, report.unchanged) == (1, len(ROWS))
            assert not (await corpus.sources())[0].is_held

    asyncio.run(walk())


@pytest.mark.parametrize("kind", EVERY)
def test_rows_without_their_text_are_refused_and_the_old_ones_answer(tmp_path: Path, kind: str) -> None:
    async def walk() -> None:
        async with known(kind, tmp_path) as (corpus, rows):
            rows.write([renamed("body", "content")(row) for row in ROWS])
            refused = await synced(corpus)
            assert (refused.result, refused.report) == ("refused", None)
            assert "The source 'tickets' has no column 'body'; it has 'content'" in refused.message
            assert await answers(corpus) == len(ROWS)

    asyncio.run(walk())


@pytest.mark.parametrize("kind", EVERY)
def test_rows_that_change_move_nothing_else(tmp_path: Path, kind: str) -> None:
    async def walk() -> None:
        async with known(kind, tmp_path) as (corpus, rows):
            changed = ROWS[3] | {"body": "Ticket 3 is about scanners."}
            rows.write([*ROWS[:3], changed, *ROWS[4:9]])
            report = (await synced(corpus)).report
            assert report is not None
            assert (report.changed, report.unchanged, report.removed, report.texts_embedded) == (1, 8, 1, 1)

    asyncio.run(walk())


@pytest.mark.postgres
def test_a_query_on_postgresql_writes_nothing_is_stopped_in_time_and_names_no_password(tmp_path: Path) -> None:
    with database("postgres", tmp_path) as url:
        Rows("postgres", tmp_path, url).write(ROWS)
        with psycopg.connect(url) as connection:
            connection.execute("CREATE SEQUENCE numbers")

        def report(query: str) -> SyncReport:
            async def walk() -> SyncReport:
                secret = Secret(url.replace("postgres@", "postgres:hunter2@"))
                reader = RowQuery(query, url=lambda: secret, most_rows=100, seconds=1)
                source = RecordSource("tickets", reader, columns=COLUMNS)
                async with opened(tmp_path, sources=[DeclaredSource(name="tickets", source=source)]) as corpus:
                    return await synced(corpus)

            return asyncio.run(walk())

        deleted = report("DELETE FROM tickets RETURNING *")
        written = report("SELECT *, nextval('numbers') FROM tickets")
        assert (deleted.result, written.result) == ("unreachable", "unreachable")
        assert "read-only transaction" in written.message
        late = report("SELECT *, pg_sleep(20) FROM tickets")
        assert (late.result, "statement timeout" in late.message) == ("unreachable", True)
        assert "hunter2" not in deleted.message + written.message + late.message
        known = report("SELECT * FROM tickets").report
        assert known is not None
        assert known.added == len(ROWS)
