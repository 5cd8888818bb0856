"""How each declared source of a corpus fares: one row a source, written by its synchronisation."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import JSON, Column, Connection, ForeignKey, String, Table, Text, func, select, update

from plimsoll.knowledge.tables.corpora import CORPORA
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.store import STATE, Moment, insert_or_change

SyncResult = Literal["never", "synced", "held", "unreachable", "refused"]
"""How a source's last synchronisation ended."""

SOURCES = Table(
    "knowledge_sources",
    STATE,
    Column("corpus", String(64), ForeignKey(CORPORA.c.name), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("started_at", Moment, nullable=True),
    Column("finished_at", Moment, nullable=True),
    Column("succeeded_at", Moment, nullable=True),
    Column("result", String(16), nullable=False),
    Column("message", Text, nullable=False),
    Column("columns", JSON, nullable=False),
    Column("held", JSON, nullable=False),
    Column("confirmed", JSON, nullable=False),
    info={
        "tenant": "none: a source is declared by the project",
        "subject": "none: it says how a source fares, not what is in it",
        "retention": "as long as the corpus",
        "erase": "none: there is nothing of a person in it",
    },
)


class ColumnSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What a column of a structured source held."""

    kind: str
    """`text`, `number`, `boolean`, `moment`, `list` or `table`; `empty` where every value was null; else `mixed`."""
    null_share: float
    """Share of the rows without a value, 0 to 1."""


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """Why a synchronisation waits for a person."""

    reasons: tuple[str, ...]
    """One sentence each; empty: it is not held."""
    missing: int = 0
    """Documents that the source no longer lists."""
    known: int = 0
    """Documents that it had."""
    columns: dict[str, ColumnSeen] = {}
    """The columns as they were seen."""


NOT_HELD = Held(reasons=())


class SourceRow(msgspec.Struct, frozen=True, kw_only=True):
    """How a source fares."""

    name: str
    """Its name within the corpus."""
    kind: str
    """What it is, e.g. `folder`."""
    started_at: datetime | None = None
    """When its last synchronisation began."""
    finished_at: datetime | None = None
    """When that ended; earlier than its beginning while it runs, or when it was killed."""
    succeeded_at: datetime | None = None
    """When one last succeeded."""
    result: SyncResult = "never"
    """How the last one ended."""
    message: str = ""
    """Why, in words; empty after a success."""
    columns: dict[str, ColumnSeen] = {}
    """Columns of the last success, which others are held against."""
    held: Held = NOT_HELD
    """What waits for a person."""
    confirmed: Held = NOT_HELD
    """What a person has confirmed, until a synchronisation used it."""


def write_source(connection: Connection, corpus: str, row: SourceRow) -> None:
    """Write how the source fares, in place of what was said before."""
    values = {
        **{name: getattr(row, name) for name in SourceRow.__struct_fields__},
        **{name: msgspec.to_builtins(getattr(row, name)) for name in ("columns", "held", "confirmed")},
        "corpus": corpus,
    }
    replaced = [name for name in values if name not in {"corpus", "name"}]
    insert_or_change(connection, SOURCES, [values], key=("corpus", "name"), replace=replaced)


def confirm_source(connection: Connection, corpus: str, name: str) -> int:
    """Note that a person has confirmed what the source is held for; return how many sources that were: 1 or 0."""
    here = (SOURCES.c.corpus == corpus, SOURCES.c.name == name, SOURCES.c.result == "held")
    return connection.execute(update(SOURCES).where(*here).values(confirmed=SOURCES.c.held)).rowcount


def list_sources(connection: Connection, corpus: str) -> dict[str, SourceRow]:
    """Return how the corpus's sources fare, by name."""
    names = [SOURCES.c[name] for name in SourceRow.__struct_fields__]
    found = connection.execute(select(*names).where(SOURCES.c.corpus == corpus)).mappings()
    return {row["name"]: _read(dict(row)) for row in found}


def count_by_origin(connection: Connection, corpus: str) -> dict[str, int]:
    """Return how many documents each source has in the corpus."""
    query = select(DOCUMENTS.c.origin, func.count()).where(DOCUMENTS.c.corpus == corpus).group_by(DOCUMENTS.c.origin)
    return {row[0]: row[1] for row in connection.execute(query)}


def _read(row: dict[str, Any]) -> SourceRow:
    row["columns"] = msgspec.convert(row["columns"], dict[str, ColumnSeen])
    row |= {name: msgspec.convert(row[name], Held) for name in ("held", "confirmed")}
    return SourceRow(**row)
