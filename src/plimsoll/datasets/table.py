"""The tables of stored datasets, and every statement over them. Only this room reads or writes them.

A version is a list of places that each name a content; a content stands once, however many versions hold it, so that
erasing a person reaches all of them at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    exists,
    func,
    select,
    update,
)

from plimsoll.store import STATE, Moment, insert_new

_HASH = 64

DATASET_VERSIONS = Table(
    "dataset_versions",
    STATE,
    Column("name", Text, primary_key=True),
    Column("version", String(_HASH), primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("current_at", Moment, nullable=False),
    Column("note", Text, nullable=False),
    info={
        "tenant": "none: a dataset belongs to the project",
        "subject": "none: it holds counts, hashes and names that the project's owner chose",
        "retention": "kept until the dataset is removed",
        "erase": "none: there is nothing of a person in it",
    },
)

DATASET_CASES = Table(
    "dataset_cases",
    STATE,
    Column("content_id", String(_HASH), primary_key=True),
    Column("line", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=True),
    Column("added_at", Moment, nullable=False),
    Index("ix_dataset_cases_subject", "subject", "tenant"),
    info={
        "tenant": "tenant",
        "subject": "subject: the person whose request the case was made from; none for cases that were written",
        "retention": "as long as a version holds it",
        "erase": "StoredDatasets.erase(subject) deletes the person's cases out of every version",
    },
)

DATASET_ENTRIES = Table(
    "dataset_entries",
    STATE,
    Column("name", Text, primary_key=True),
    Column("version", String(_HASH), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("content_id", String(_HASH), ForeignKey("dataset_cases.content_id", ondelete="CASCADE"), nullable=False),
    ForeignKeyConstraint(
        ["name", "version"], ["dataset_versions.name", "dataset_versions.version"], ondelete="CASCADE"
    ),
    Index("ix_dataset_entries_content_id", "content_id"),
    info={
        "tenant": "that of the case it names",
        "subject": "that of the case it names",
        "retention": "as long as its version",
        "erase": "goes with the case that it names",
    },
)

_TICK = timedelta(microseconds=1)
_ENTRY = (DATASET_ENTRIES.c.name, DATASET_ENTRIES.c.version)
_VERSION = (DATASET_VERSIONS.c.name, DATASET_VERSIONS.c.version)


@dataclass(frozen=True)
class Follows:
    """What a version is to follow."""

    version: str | None
    """The hash of the current version; None where there is to be none."""


@dataclass(frozen=True)
class Remade:
    """What a version becomes that lost cases."""

    header: Mapping[str, object]
    """Its row, without the moment."""
    cases: Sequence[Mapping[str, object]]
    """Rows of its cases, without the moment."""


Remake = Callable[[str, str, list[dict[str, object]]], Remade | None]
"""Takes a dataset's name, a version's hash and the cases that are left of it; None where nothing is to be made."""


def put_version(
    connection: Connection,
    header: Mapping[str, object],
    cases: Sequence[Mapping[str, object]],
    *,
    at: datetime,
    follows: Follows | None = None,
) -> bool:
    """Insert a version with its cases; one that is there is made the current one, and gets back what it lost.

    False, and no change, where the current version is not the one that this one is to follow.
    """
    name = str(header["name"])
    current = current_version(connection, name)
    if follows is not None and current != follows.version:
        return False
    insert_new(connection, DATASET_VERSIONS, [{**header, "current_at": at}])
    is_it = (DATASET_VERSIONS.c.name == name) & (DATASET_VERSIONS.c.version == header["version"])
    if current != header["version"]:
        later = max(at, _last_change(connection, name) + _TICK)
        connection.execute(update(DATASET_VERSIONS).where(is_it).values(current_at=later))
    insert_new(connection, DATASET_CASES, [{**one, "added_at": at} for one in cases])
    entries = [
        {"name": name, "version": header["version"], "place": place, "content_id": one["content_id"]}
        for place, one in enumerate(cases)
    ]
    insert_new(connection, DATASET_ENTRIES, entries)
    return True


def current_version(connection: Connection, name: str) -> str | None:
    """Return the hash of the dataset's current version, and keep others from changing it until the end; or None."""
    query = select(DATASET_VERSIONS.c.version).where(DATASET_VERSIONS.c.name == name)
    # PostgreSQL would answer with the order of before it waited for the lock: it is locked first, and asked then.
    connection.execute(query.with_for_update()).all()
    newest = query.order_by(DATASET_VERSIONS.c.current_at.desc(), DATASET_VERSIONS.c.version)
    return connection.execute(newest.limit(1)).scalar()


def list_versions(connection: Connection, name: str | None = None) -> Sequence[RowMapping]:
    """Return the versions of one dataset or of all, by name and the current one first, with what is left of each."""
    left = select(func.count()).where(_ENTRY[0] == _VERSION[0], _ENTRY[1] == _VERSION[1]).scalar_subquery()
    query = select(DATASET_VERSIONS, left.label("left"))
    if name is not None:
        query = query.where(DATASET_VERSIONS.c.name == name)
    order = (DATASET_VERSIONS.c.name, DATASET_VERSIONS.c.current_at.desc(), DATASET_VERSIONS.c.version)
    return connection.execute(query.order_by(*order)).mappings().all()


def read_cases(connection: Connection, name: str, version: str) -> Sequence[RowMapping]:
    """Return the cases of a version that are left, in order."""
    query = select(DATASET_CASES.c.line, DATASET_CASES.c.tenant, DATASET_CASES.c.subject)
    held = query.join(DATASET_ENTRIES, DATASET_ENTRIES.c.content_id == DATASET_CASES.c.content_id)
    wanted = held.where(DATASET_ENTRIES.c.name == name, DATASET_ENTRIES.c.version == version)
    return connection.execute(wanted.order_by(DATASET_ENTRIES.c.place)).mappings().all()


def erase_subject(connection: Connection, subject: str, tenant: str, *, at: datetime, remake: Remake) -> int:
    """Delete the person's cases out of every version, and return how many those were.

    What is left of a current version that lost some becomes a version of its own, which `remake` describes.
    """
    held = _names_holding(connection, subject, tenant)
    gone = connection.execute(delete(DATASET_CASES).where(_is_of(subject, tenant))).rowcount
    for name in held:
        current = current_version(connection, name) or ""
        made = remake(name, current, [dict(row) for row in read_cases(connection, name, current)])
        if made is not None:
            put_version(connection, made.header, made.cases, at=at)
    return gone


def delete_dataset(connection: Connection, name: str) -> int:
    """Delete all versions of a dataset, and the cases that no version holds any longer; return how many versions."""
    gone = connection.execute(delete(DATASET_VERSIONS).where(DATASET_VERSIONS.c.name == name)).rowcount
    is_held = exists().where(DATASET_ENTRIES.c.content_id == DATASET_CASES.c.content_id)
    connection.execute(delete(DATASET_CASES).where(~is_held))
    return gone


def _names_holding(connection: Connection, subject: str, tenant: str) -> Sequence[str]:
    query = select(DATASET_ENTRIES.c.name).distinct().order_by(DATASET_ENTRIES.c.name)
    held = query.join(DATASET_CASES, DATASET_CASES.c.content_id == DATASET_ENTRIES.c.content_id)
    return connection.execute(held.where(_is_of(subject, tenant))).scalars().all()


def _last_change(connection: Connection, name: str) -> datetime:
    """Return when the dataset last changed; versions are ordered by it, so no two may share a moment."""
    query = select(DATASET_VERSIONS.c.current_at).where(DATASET_VERSIONS.c.name == name)
    return connection.execute(query.order_by(DATASET_VERSIONS.c.current_at.desc()).limit(1)).scalar_one()


def _is_of(subject: str, tenant: str) -> ColumnElement[bool]:
    return (DATASET_CASES.c.subject == subject) & (DATASET_CASES.c.tenant == tenant)
