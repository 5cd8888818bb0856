"""Keeps the reports of audits: the newest of a corpus with its 1,000 worst findings, of earlier ones the counts."""

from functools import partial

import msgspec

from plimsoll.knowledge.audit.findings import AuditReport
from plimsoll.knowledge.tables.audits import KeptAudit, keep_audit, list_audits, read_report
from plimsoll.records import Clock, new_id
from plimsoll.store import Store

_MOST_FINDINGS = 1_000
_MOST_SHOWN = 400


class KeptReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept of a corpus's audits."""

    report: AuditReport | None
    """The newest; None before the first."""
    history: tuple[KeptAudit, ...]
    """What each found in numbers, newest first, that one included."""


async def keep_report(store: Store, report: AuditReport, *, clock: Clock) -> None:
    """Keep a report in place of the one before it, of which the counts stay."""
    listed = report.findings[:_MOST_FINDINGS]
    kept = msgspec.structs.replace(
        report, findings=listed, left_out=report.left_out + len(report.findings) - len(listed)
    )
    counted = KeptAudit(at=report.at, documents=report.documents, counts=report.counts, worst=report.worst or "")
    text = msgspec.json.encode(kept).decode()
    await store.write(partial(keep_audit, corpus=report.corpus, audit=counted, identifier=new_id(clock), report=text))


async def last_audit(store: Store, corpus: str) -> KeptAudit | None:
    """Return what the last audit that was kept of the corpus found in numbers; None before the first."""
    found = await store.read(partial(list_audits, corpus=corpus, limit=1))
    return found[0] if found else None


async def read_kept(store: Store, corpus: str) -> KeptReport:
    """Return what was kept of the corpus's audits."""
    text = await store.read(partial(read_report, corpus=corpus))
    history = await store.read(partial(list_audits, corpus=corpus, limit=_MOST_SHOWN))
    report = msgspec.json.decode(text, type=AuditReport) if text else None
    return KeptReport(report=report, history=tuple(history))
