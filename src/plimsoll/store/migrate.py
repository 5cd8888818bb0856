"""Bring a database to the tables this version of Plimsoll needs. `Store.open` calls it; it keeps data as it is.

The check is one SELECT; only a database that is behind is locked and upgraded, in one transaction, so that a failed
upgrade leaves the old tables whole and two processes that start at once do it once.
"""

from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, func, select
from sqlalchemy import inspect as inspect_database

from plimsoll.errors import StoreUnavailable
from plimsoll.store.address import Address
from plimsoll.store.metadata import Schema

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x504C494D
Standing = Literal["current", "behind"]


def version_table(schema: Schema) -> str:
    """Return the name of the table that says how far the database's migrations have come."""
    return f"plimsoll_{schema}_version"


def migrate(reader: Engine, writer: Engine, *, schema: Schema, address: Address) -> None:
    """Upgrade the database where it is behind; raise StoreUnavailable where it is of a newer Plimsoll."""
    with reader.begin() as connection:
        standing = _standing(connection, schema, address)
    if standing == "current":
        return
    with writer.begin() as connection:
        if not address.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        if _standing(connection, schema, address) == "behind":
            _upgrade(connection, schema)


def _standing(connection: Connection, schema: Schema, address: Address) -> Standing:
    version = _version(connection, schema)
    if version == _scripts(schema).get_current_head():
        return "current"
    known = {script.revision for script in _scripts(schema).walk_revisions()}
    if version is None or version in known:
        return "behind"
    raise StoreUnavailable(
        f"The database {address.shown!r} was written by a newer Plimsoll (its {schema} tables are at {version!r}, this "
        f"one knows {max(known)!r}); it was left as it is.",
        next_step="Upgrade Plimsoll: pip install --upgrade plimsoll",
    )


def _version(connection: Connection, schema: Schema) -> str | None:
    name = version_table(schema)
    if not inspect_database(connection).has_table(name):
        return None
    table = Table(name, MetaData(), Column("version_num", String(32)))
    return connection.execute(select(table.c.version_num)).scalar()


def _upgrade(connection: Connection, schema: Schema) -> None:
    config = _config(schema)
    config.attributes["connection"] = connection
    config.attributes["version_table"] = version_table(schema)
    command.upgrade(config, "head")


@cache
def _scripts(schema: Schema) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(schema))


def _config(schema: Schema) -> Config:
    config = Config()
    escaped = str(_FOLDER).replace("%", "%%")
    config.set_main_option("script_location", escaped)
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{escaped}/{schema}/versions")
    return config
