"""Traces as files, over SQLite and PostgreSQL; Parquet is read back by DuckDB."""

import asyncio
import csv
import hashlib
import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from plimsoll.errors import DiskFull, InvalidRequest
from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, ExportAsked, Exported, Keep, TraceFilter, Traces

from contract.store.databases import small_disk

pytestmark = pytest.mark.anyio
START_NS = 1_767_225_600_000_000_000  # the first of January 2026
MAIL = "write to ada@example.com"


async def write(store: Store, *numbers: int, spans: int = 1, tenant: str = "acme", text: str = MAIL) -> None:
    capture = Capture(store, SystemClock(), bound=100_000)
    for number in numbers:
        for place in range(spans):
            begun = START_NS + number * 10**9 + place + 7
            span = Span(
                trace_id=f"{number:032x}",
                span_id=f"{place + 1:016x}",
                parent_id=f"{1:016x}" if place else None,
                name="ask",
                start_ns=begun,
                end_ns=begun + 5_000_001,
                attributes={
                    "plimsoll.kind": "request",
                    "plimsoll.tenant": tenant,
                    "plimsoll.feature": "faq",
                    "plimsoll.tags": ["a", "b"],
                    "plimsoll.input": text,
                    "note": text,
                    "tries": 2,
                },
            )
            assert capture.put(span)
    assert await capture.flush(timeout_seconds=60)
    await capture.close()


async def export(store: Store, path: Path, **more: object) -> Exported:
    asked = ExportAsked(**{"path": path, "tenant": "acme", **more})  # pyright: ignore[reportArgumentType]
    return await Traces(store).export(asked, told=lambda _: None)


def read(path: Path, what: str = "*") -> list[tuple[object, ...]]:
    return duckdb.connect().execute(f"SELECT {what} FROM read_parquet('{path}')").fetchall()


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


async def test_a_file_of_traces_is_typed_and_holds_no_content(store: Store, tmp_path: Path):
    await write(store, 1, 2)
    done = await export(store, tmp_path / "out.parquet")
    assert (done.traces, done.rows) == (2, 2)
    assert done.size_bytes == (tmp_path / "out.parquet").stat().st_size
    described = {name: kind for name, kind, *_ in duckdb.connect().execute(f"DESCRIBE FROM '{done.path}'").fetchall()}
    assert not {"input_text", "output_text", "error"} & described.keys()
    assert (described["started_at"], described["tags"], described["cost_usd"]) == (
        "TIMESTAMPTZ_NS",
        "VARCHAR[]",
        "DOUBLE",
    )
    rows = read(done.path, "trace_id, epoch_ns(started_at), tags, feature, span_count, is_closed")
    assert rows == [(f"{n:032x}", START_NS + n * 10**9 + 7, ["a", "b"], "faq", 1, False) for n in (2, 1)]


async def test_content_is_written_as_it_is_stored_where_it_is_asked_for(store: Store, tmp_path: Path):
    await write(store, 1, spans=2)
    bare = (await export(store, tmp_path / "bare.parquet", has_spans=True)).path
    assert [json.loads(str(row[0])).get("tries") for row in read(bare, "attributes")] == [2, 2]
    assert all("write to" not in str(row) for row in read(bare))
    full = (await export(store, tmp_path / "full.parquet", has_spans=True, has_content=True)).path
    assert read(full, "input_text, attributes->>'note'") == [("write to [email]",) * 2] * 2


async def test_spans_of_long_and_short_traces_are_all_there(store: Store, tmp_path: Path):
    await write(store, 1, spans=1_203)
    await write(store, *range(2, 300), spans=2)
    done = await export(store, tmp_path / "out.parquet", has_spans=True)
    assert (done.traces, done.rows) == (299, 1_203 + 2 * 298)
    assert read(done.path, "count(*), count(DISTINCT trace_id || span_id)") == [(done.rows, done.rows)]


async def test_no_other_tenants_traces_are_written_whatever_the_filter_says(store: Store, tmp_path: Path):
    await write(store, 1)
    await write(store, 2, tenant="globex")
    done = await export(store, tmp_path / "out.parquet", where=TraceFilter(tenant="globex"))
    assert read(done.path, "tenant, trace_id") == [("acme", f"{1:032x}")]


async def test_filters_and_a_number_narrow_it(store: Store, tmp_path: Path):
    await write(store, *range(1, 450))
    since = datetime.fromtimestamp(START_NS / 1e9, UTC) + timedelta(seconds=10)
    done = await export(store, tmp_path / "out.parquet", where=TraceFilter(since=since))
    assert (done.traces, len(read(done.path))) == (440, 440)
    assert (await export(store, tmp_path / "few.parquet", most=210)).traces == 210


async def test_lines_and_tables_of_text_say_the_same(store: Store, tmp_path: Path):
    await write(store, 1)
    lines = (await export(store, tmp_path / "out.jsonl", has_content=True)).path.read_text().splitlines()
    table = (await export(store, tmp_path / "out.csv", has_content=True)).path.read_text().splitlines()
    (row,) = csv.DictReader(table)
    (told,) = map(json.loads, lines)
    assert (told["tags"], row["tags"]) == (["a", "b"], "a|b")
    assert told["started_at"] == row["started_at"] == "2026-01-01T00:00:01.000000007Z"
    assert told["input_text"] == row["input_text"] == "write to [email]"


async def test_a_name_that_says_no_form_is_refused(store: Store, tmp_path: Path):
    with pytest.raises(InvalidRequest, match=r"\.parquet"):
        await export(store, tmp_path / "out.xlsx")


async def test_an_export_that_is_interrupted_leaves_the_file_of_before(store: Store, tmp_path: Path):
    await write(store, *range(1, 900))
    (tmp_path / "out.parquet").write_text("as before")
    asked = ExportAsked(path=tmp_path / "out.parquet", tenant="acme", has_spans=True)
    heard = asyncio.Event()
    exporting = asyncio.create_task(Traces(store).export(asked, told=lambda _: heard.set()))
    await heard.wait()
    exporting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exporting
    assert contents(tmp_path) == {"out.parquet": "as before"}


@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
async def test_a_full_disk_leaves_nothing_half(store: Store, tmp_path: Path, form: str):
    for number in range(1, 200):
        words = (hashlib.sha256(f"{number} {place}".encode()).hexdigest() for place in range(300))
        await write(store, number, text=" ".join(words))
    with small_disk(tmp_path) as folder:
        with pytest.raises(DiskFull):
            await export(store, folder / f"out.{form}", has_content=True)
        assert contents(folder) == {}


async def test_traces_pruned_meanwhile_do_not_end_it(store: Store, tmp_path: Path):
    await write(store, *range(1, 601))
    moment = datetime.fromtimestamp(START_NS / 1e9, UTC) + timedelta(seconds=405)
    asked = ExportAsked(path=tmp_path / "out.parquet", tenant="acme")
    prunings: list[asyncio.Task[object]] = []

    def prune(_: int) -> None:
        prunings.append(asyncio.create_task(Traces(store).prune(Keep(since=moment))))

    done = await Traces(store).export(asked, told=prune)
    await asyncio.gather(*prunings)
    assert 196 <= done.traces <= 600
    assert len({row[0] for row in read(done.path, "trace_id")}) == done.rows


async def test_the_memory_does_not_grow_with_the_export(store: Store, tmp_path: Path):
    for begin in range(1, 1_001, 100):
        await write(store, *range(begin, begin + 100), spans=2, text="x" * 40_000)
    tracemalloc.start()
    try:
        done = await export(store, tmp_path / "out.jsonl", has_spans=True, has_content=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert done.size_bytes > 150_000_000
    assert peak < 130_000_000
