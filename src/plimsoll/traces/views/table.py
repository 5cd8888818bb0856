"""The table of saved views, and every statement over it. Only this room reads or writes it."""

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy import Column, Connection, RowMapping, Table, Text, delete, select, update

from plimsoll.store import STATE, Moment, insert_new, insert_or_change

VIEWS = Table(
    "trace_views",
    STATE,
    Column("tenant", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("filters", Text, nullable=False),
    Column("about", Text, nullable=True),
    Column("subject", Text, nullable=True),
    Column("saved_at", Moment, nullable=False),
    info={
        "tenant": "tenant",
        "subject": "subject: who saved it, and about: the user whose requests it shows",
        "retention": "kept until it is removed; 100 of a tenant at most",
        "erase": "TraceViews.erase(subject) takes the person out of what they saved, and deletes views about them",
    },
)


def list_views(connection: Connection, *, tenant: str) -> Sequence[RowMapping]:
    """Return a tenant's views."""
    return connection.execute(select(VIEWS).where(VIEWS.c.tenant == tenant)).mappings().all()


def put_view(
    connection: Connection, *, row: Mapping[str, object], is_replacing: bool, most: int
) -> Literal["kept", "taken", "full"]:
    """Keep a view; no change where one of its name is there and may not go, or where the tenant has so many."""
    names = connection.execute(select(VIEWS.c.name).where(VIEWS.c.tenant == row["tenant"])).scalars().all()
    if row["name"] not in names and len(names) >= most:
        return "full"
    if not is_replacing:
        return "kept" if insert_new(connection, VIEWS, [row]) else "taken"
    changed = ("filters", "about", "subject", "saved_at")
    insert_or_change(connection, VIEWS, [row], key=("tenant", "name"), replace=changed)
    return "kept"


def delete_view(connection: Connection, *, tenant: str, name: str) -> int:
    """Delete a view; return how many went."""
    return connection.execute(delete(VIEWS).where(VIEWS.c.tenant == tenant, VIEWS.c.name == name)).rowcount


def erase_subject(connection: Connection, *, subject: str, tenant: str) -> int:
    """Delete the tenant's views about a person, and take the person out of what they saved; return how many."""
    is_about = (VIEWS.c.about == subject) & (VIEWS.c.tenant == tenant)
    gone = connection.execute(delete(VIEWS).where(is_about)).rowcount
    return gone + connection.execute(update(VIEWS).where(VIEWS.c.subject == subject).values(subject=None)).rowcount
