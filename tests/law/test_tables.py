"""Law 9: SQL stands in store/ and each room's table file; a table says whose rows it holds and how they end."""

import importlib
import re

import pytest

from plimsoll.store import STATE, TRACES

from law.sources import PACKAGE, Source, sources

REQUIRED = {"tenant", "subject", "retention", "erase"}
SQL = re.compile(r"^\s*(from sqlalchemy|import sqlalchemy|import sqlite3|import psycopg)", re.MULTILINE)


def _may_hold_sql(source: Source) -> bool:
    return source.room == "store" or source.path.name == "table.py" or "tables" in source.path.parts


def test_sql_stands_in_the_store_and_in_table_files_only():
    assert [s.name for s in sources(PACKAGE) if SQL.search(s.text) and not _may_hold_sql(s)] == []


def test_every_table_says_whose_rows_it_holds_and_how_they_end():
    for path in (*PACKAGE.rglob("table.py"), *PACKAGE.rglob("tables/*.py")):
        importlib.import_module(".".join(("plimsoll", *path.relative_to(PACKAGE).with_suffix("").parts)))
    tables = [*STATE.tables.values(), *TRACES.tables.values()]
    assert len(tables) >= 4
    assert [(table.name, sorted(REQUIRED - set(table.info))) for table in tables if REQUIRED - set(table.info)] == []


@pytest.mark.parametrize("schema", ["state", "traces"])
def test_each_migration_follows_the_one_of_the_next_smaller_number(schema: str):
    steps = sorted((PACKAGE / "store" / "migrations" / schema / "versions").glob("0*.py"))
    named = [re.search(r'^down_revision = "(\w+)"$', path.read_text(encoding="utf-8"), re.MULTILINE) for path in steps]
    assert [match.group(1) if match else "" for match in named] == ["", *(path.stem for path in steps[:-1])]
