"""The table of prompt texts, and every statement over it. Only this room reads or writes it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Column, Connection, RowMapping, String, Table, Text, select

from plimsoll.store import STATE, Moment, insert_new

PROMPT_TEXTS = Table(
    "prompt_texts",
    STATE,
    Column("sha256", String(64), primary_key=True),
    Column("path", Text, primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_used_at", Moment, nullable=False),
    info={
        "tenant": "none: a prompt is a file of the project",
        "subject": "none: it holds what the project's owner wrote",
        "retention": "kept: a version that is no longer in the folder can still be shown",
        "erase": "none: there is nothing of a person in it",
    },
)


def insert_texts(connection: Connection, texts: Sequence[dict[str, object]], *, at: datetime) -> None:
    """Insert the texts that are not there yet."""
    insert_new(connection, PROMPT_TEXTS, [text | {"first_used_at": at} for text in texts])


def list_texts(connection: Connection) -> Sequence[RowMapping]:
    """Return all versions of all prompts, the newest first."""
    query = select(PROMPT_TEXTS).order_by(PROMPT_TEXTS.c.first_used_at.desc(), PROMPT_TEXTS.c.sha256)
    return connection.execute(query).mappings().all()
