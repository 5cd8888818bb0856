"""Deleting traces, by person and by age."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, delete, or_, select, update

from plimsoll.traces.tables.schema import SCORES, SPANS, SUMMARIES


def find_subject_traces(connection: Connection, subject: str, tenant: str) -> list[str]:
    """Return the ids of all traces with a span of the subject."""
    is_named = SUMMARIES.c.other_subjects.contains(f"|{subject}|", autoescape=True)
    is_theirs = or_(SUMMARIES.c.subject == subject, and_(SUMMARIES.c.other_subjects.is_not(None), is_named))
    query = select(SUMMARIES.c.trace_id).where(is_theirs, SUMMARIES.c.tenant == tenant)
    return list(connection.execute(query).scalars())


def find_old_traces(connection: Connection, before_ns: int, *, limit: int) -> list[str]:
    """Return the ids of traces of which no span ended at the moment or later."""
    query = select(SUMMARIES.c.trace_id).where(SUMMARIES.c.start_ns < before_ns, SUMMARIES.c.end_ns < before_ns)
    return list(connection.execute(query.order_by(SUMMARIES.c.start_ns).limit(limit)).scalars())


def delete_traces(connection: Connection, trace_ids: Sequence[str]) -> None:
    """Delete the traces and the scores about them; the minutes that they were counted in stay as they are."""
    # The row first: whoever writes into the trace holds it, or waits for it and then begins the trace anew.
    connection.execute(delete(SUMMARIES).where(SUMMARIES.c.trace_id.in_(sorted(trace_ids))))
    connection.execute(delete(SCORES).where(SCORES.c.trace_id.in_(trace_ids)))
    connection.execute(delete(SPANS).where(SPANS.c.trace_id.in_(trace_ids)))


def blank_judge(connection: Connection, judge: str) -> int:
    """Take a person's id and words out of the scores they gave; return how many those were."""
    return connection.execute(update(SCORES).where(SCORES.c.by == judge).values(by="", reason="")).rowcount
