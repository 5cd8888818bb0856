"""The table of ended trials, and every statement over it. Only this room reads or writes it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Column, Connection, RowMapping, String, Table, Text, delete, select

from plimsoll.store import STATE, Moment, insert_or_change

TRIALS = Table(
    "playground_trials",
    STATE,
    Column("id", String(32), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("ended_at", Moment, nullable=False),
    Column("content", Text, nullable=False),
    info={
        "tenant": "tenant",
        "subject": "subject: who tried it; what was asked and answered stands in its traces and is not here",
        "retention": "the newest 200; older ones go when the next one ends",
        "erase": "Trials.erase(subject) deletes the person's trials",
    },
)


def put_trial(connection: Connection, *, row: Mapping[str, object], most: int) -> None:
    """Keep a trial in place of what was kept of it before, and the newest so many of all."""
    insert_or_change(connection, TRIALS, [row], key=("id",), replace=("content",))
    newest = select(TRIALS.c.id).order_by(TRIALS.c.ended_at.desc(), TRIALS.c.id.desc()).limit(most)
    kept = connection.execute(newest).scalars().all()
    connection.execute(delete(TRIALS).where(TRIALS.c.id.not_in(kept)))


def list_trials(
    connection: Connection, *, tenant: str, subject: str, trial_id: str | None = None
) -> Sequence[RowMapping]:
    """Return a person's trials, the newest first; that of an id alone, where it is given."""
    query = select(TRIALS).where(TRIALS.c.tenant == tenant, TRIALS.c.subject == subject)
    if trial_id is not None:
        query = query.where(TRIALS.c.id == trial_id)
    return connection.execute(query.order_by(TRIALS.c.ended_at.desc(), TRIALS.c.id.desc())).mappings().all()


def erase_subject(connection: Connection, *, subject: str) -> int:
    """Delete a person's trials; return how many."""
    return connection.execute(delete(TRIALS).where(TRIALS.c.subject == subject)).rowcount
