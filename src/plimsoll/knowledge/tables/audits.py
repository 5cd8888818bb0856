"""Reports of audits that were kept: the newest of each corpus whole, of earlier ones the counts."""

from datetime import datetime

import msgspec
from sqlalchemy import JSON, Column, Connection, Integer, String, Table, Text, delete, insert, select, update

from plimsoll.store import STATE, Moment

_MOST_KEPT = 400


AUDITS = Table(
    "knowledge_audits",
    STATE,
    Column("id", String(32), primary_key=True),
    Column("corpus", String(64), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("worst", String(16), nullable=False),
    Column("report", Text, nullable=False),
    info={
        "tenant": "of each finding, within the report",
        "subject": "none: it names documents, which belong to the project",
        "retention": "the report until the next one, the counts of the last 400 of a corpus",
        "erase": "none: there is nothing of a person in it",
    },
)

_NEWEST = (AUDITS.c.at.desc(), AUDITS.c.id.desc())


class KeptAudit(msgspec.Struct, frozen=True, kw_only=True):
    """One audit in the history of a corpus."""

    at: datetime
    """When it was."""
    documents: int
    """Documents that were looked at."""
    counts: dict[str, int]
    """How many findings of each kind there were."""
    worst: str
    """The worst severity among them; empty where nothing was wrong."""


def keep_audit(connection: Connection, corpus: str, audit: KeptAudit, *, identifier: str, report: str) -> None:
    """Write an audit with its report as JSON; of those before it only the counts stay."""
    connection.execute(update(AUDITS).where(AUDITS.c.corpus == corpus, AUDITS.c.report != "").values(report=""))
    row = {**msgspec.structs.asdict(audit), "id": identifier, "corpus": corpus, "report": report}
    connection.execute(insert(AUDITS), row)
    newest = select(AUDITS.c.id).where(AUDITS.c.corpus == corpus).order_by(*_NEWEST).limit(_MOST_KEPT)
    connection.execute(delete(AUDITS).where(AUDITS.c.corpus == corpus, AUDITS.c.id.not_in(newest)))


def read_report(connection: Connection, corpus: str) -> str | None:
    """Return the newest report of the corpus as JSON; None where there is none."""
    query = select(AUDITS.c.report).where(AUDITS.c.corpus == corpus).order_by(*_NEWEST).limit(1)
    return connection.execute(query).scalar()


def list_audits(connection: Connection, corpus: str, *, limit: int) -> list[KeptAudit]:
    """Return the audits of the corpus that were kept, newest first."""
    columns = [AUDITS.c[name] for name in KeptAudit.__struct_fields__]
    query = select(*columns).where(AUDITS.c.corpus == corpus).order_by(*_NEWEST).limit(limit)
    return [KeptAudit(**row) for row in connection.execute(query).mappings()]
