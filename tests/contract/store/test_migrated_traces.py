"""What older versions stored is there after the upgrade: every span, and one row for each trace."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

import plimsoll
from plimsoll.traces import TraceFilter, Traces

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
