"""What older versions stored is there after the upgrade: every span, and one row for each trace."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import plimsoll
from plimsoll.traces import TraceFilter, Traces, TrafficKind

from contract.store.databases import BOTH, database, opened

pytestmark = pytest.mark.anyio
FOLDER = Path(plimsoll.__file__).parent / "store" / "migrations"
COLUMNS = (
    "trace_id",
    "span_id",
    "parent_id",
    "name",
    "kind",
    "start_ns",
    "end_ns",
    "tenant",
    "feature",
    "input_tokens",
)


def _upgrade(url: str, revision: str) -> sa.Engine:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(FOLDER / "traces" / "versions"))
    with engine.begin() as connection:
        config.attributes |= {"connection": connection, "version_table": "plimsoll_traces_version"}
        command.upgrade(config, revision)
    return engine


def _fill(engine: sa.Engine, traces: int) -> None:
    statement = f"INSERT INTO spans ({', '.join(COLUMNS)}, cost_usd, attributes, events, input_text) VALUES "
    marks = ", ".join(f":{name}" for name in (*COLUMNS, "cost", "attributes", "events", "text"))
    rows = [
        {
            "trace_id": f"{trace:032x}",
            "span_id": f"{number:016x}",
            "parent_id": f"{1:016x}" if number > 1 else None,
            "name": f"step {number}",
            "kind": "request" if number == 1 else "model",
            "tenant": "local",
            "start_ns": 10**9 * trace + number,
            "end_ns": 10**9 * trace + 100,
            "feature": "docs",
            "input_tokens": 7,
            "cost": 0.5,
            "events": "[]",
            "text": f"question {trace}" if number == 1 else None,
            "attributes": '{"plimsoll.prompt_hash":"abc","gen_ai.usage.cache_read.input_tokens":3}',
        }
        for trace in range(1, traces + 1)
        for number in (3, 1, 2)
    ]
    with engine.begin() as connection:
        connection.execute(sa.text(f"{statement} ({marks})"), rows)


@pytest.mark.parametrize("kind", BOTH)
async def test_stored_spans_are_folded_into_traces_in_steps(kind: str, tmp_path: Path):
    with database(kind, tmp_path) as url:
        engine = _upgrade(url, "0004_score_costs")
        _fill(engine, 900)
        engine.dispose()
        async with opened(url, "traces") as store:
            listed = await Traces(store).list(TraceFilter(limit=500))
            counts = await store.read(
                lambda c: [c.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in ("traces", "spans")]
            )
            trace = await Traces(store).get(f"{900:032x}")
    assert counts == [900, 2_700]
    newest = listed[0]
    assert (newest.name, newest.span_count, newest.input_tokens, newest.cached_tokens) == ("step 1", 3, 14, 6)
    assert (newest.cost_usd, newest.feature, newest.prompt_hash) == (1.0, "docs", "abc")
    assert (newest.input_text, newest.duration_ms) == ("question 900", 99 / 1e6)
    assert [span.name for span in trace.spans] == ["step 1", "step 2", "step 3"]


def _store_root(engine: sa.Engine, number: int, name: str, **said: str) -> None:
    row: dict[str, object] = {
        "trace_id": f"{number:032x}",
        "start_ns": 10**9 * number,
        "end_ns": 10**9 * number + 1,
        "name": name,
        **{"tenant": "local", "is_closed": False, "kind": None, "feature": None, "outcome": None} | said,
    }
    attributes = json.dumps({"plimsoll.kind": said["kind"]}, separators=(",", ":"))
    span = {**row, "span_id": f"{1:016x}", "attributes": attributes, "events": "[]"}
    numbers = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens", "unpriced")
    trace = {**row, "head_ns": row["start_ns"], "head_id": span["span_id"], "has_root": True, "settled": True}
    trace |= {"duration_ns": 1, "span_count": 1, "inclusion": 1.0, **dict.fromkeys(numbers, 0)}
    figure: dict[str, object] = {
        "id": f"{number:032x}",
        "seconds": 60,
        "start": 0,
        "kind": "request",
        "tenant": "local",
        "variant": "",
        "feature": said.get("feature", ""),
        "outcome": said.get("outcome", ""),
        "error_class": "",
        "name": "",
        "is_evaluation": False,
        "count": 1_000,
        "cost": 0,
        "latencies": b"",
        "unpriced": 0,
        **dict.fromkeys(numbers[:3], 0),
    }
    with engine.begin() as connection:
        for table, values in {"spans": span, "traces": trace, "figures": figure}.items():
            marks = ", ".join(f":{column}" for column in values)
            connection.execute(sa.text(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})"), values)


@pytest.mark.parametrize("kind", BOTH)
async def test_stored_work_of_plimsoll_is_no_longer_a_request(kind: str, tmp_path: Path):
    with database(kind, tmp_path) as url:
        engine = _upgrade(url, "0012_kind_of_facts")
        for number, (name, root) in enumerate([("ingest docs", "parse"), ("bench docs", "request")], start=1):
            _store_root(engine, number, name, kind=root)
        _store_root(engine, 3, "retrieve docs", kind="retrieval")
        _store_root(engine, 4, "ingest mail", kind="request", feature="ingest mail", outcome="answered")
        engine.dispose()
        async with opened(url, "traces") as store:
            listed = {
                traffic: [one.name for one in await Traces(store).list(TraceFilter(traffic=traffic))]
                for traffic in TrafficKind
            }
            kinds = [(await Traces(store).get(f"{n:032x}")).spans[0].attributes.get("plimsoll.kind") for n in (1, 2)]
            figures = await store.read(lambda c: c.exec_driver_sql("SELECT feature FROM figures").scalars().all())
    assert listed[TrafficKind.OPERATION] == ["bench docs", "ingest docs"]
    assert (listed[TrafficKind.LIVE], listed[TrafficKind.EVALUATION]) == (["ingest mail"], ["retrieve docs"])
    assert (kinds, figures) == (["operation"] * 2, ["ingest mail"])
