"""What `plimsoll doctor` says of schedules that fail or that nobody follows, and of sources that are held or stale."""

from datetime import datetime, timedelta

from plimsoll.knowledge import KeptAudit, ScheduleState, SourceAge, describe_counts
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.status import Check

_GRACE = timedelta(minutes=15)
"""How late a run may be before it is said that no server does it."""


async def check_schedules(schedules: Schedules, now: datetime) -> list[Check]:
    """Return a finding for each schedule, and for each source that is held or stale without one."""
    states = await schedules.describe_all()
    checks = [check_schedule(state, now) for state in states]
    failing = {(state.corpus, state.source) for state in states if state.is_failing}
    health = schedules.health()
    checks += [check_audit(corpus, audit) for corpus, audit in health.audits.items()]
    return checks + [found for age in health.ages if (found := check_age(age, now, is_said=_key(age) in failing))]


def check_schedule(state: ScheduleState, now: datetime) -> Check:
    """Return whether a schedule is followed and its last run did what it was to do."""
    name, last = f"schedule {state.name}", state.last
    if last is not None and state.is_failing:
        next_step = _confirm(state) if last.result == "held" else f"It is tried again at {_minute(state.due_at)}."
        message = f"Its last run failed ({last.result}): {last.message}"
        return Check(name=name, state="warning", message=message, next_step=next_step)
    if now - state.due_at > _GRACE:
        message = f"It has been due since {_minute(state.due_at)}, and no server has done it."
        return Check(name=name, state="warning", message=message, next_step="plimsoll serve")
    ran = f"Last run at {_minute(last.began_at)}" if last else "It has not run yet"
    return Check(name=name, state="ok", message=f"{ran}; due at {_minute(state.due_at)}.")


def check_age(age: SourceAge, now: datetime, *, is_said: bool) -> Check | None:
    """Return what is wrong with the age of a source; None where nothing is, or it is said already."""
    name = f"source {age.corpus}/{age.source}"
    if age.is_held and not is_said:
        return Check(name=name, state="warning", message="It is held, waiting for a person.", next_step=_confirm(age))
    if not age.is_stale(now):
        return None
    since = f"since {_minute(age.succeeded_at)}" if age.succeeded_at else "at all"
    message = f"It is stale: no synchronisation has succeeded {since}."
    next_step = f"plimsoll knowledge sync {age.corpus} --source {age.source}"
    return Check(name=name, state="warning", message=message, next_step=next_step)


def check_audit(corpus: str, audit: KeptAudit) -> Check:
    """Return what the last audit of a corpus found."""
    message = f"The audit at {_minute(audit.at)} found {describe_counts(audit.counts)}."
    if audit.worst != "wrong":
        return Check(name=f"audit {corpus}", state="ok", message=message)
    next_step = f"plimsoll knowledge audit {corpus} --last"
    return Check(name=f"audit {corpus}", state="warning", message=message, next_step=next_step)


def _key(age: SourceAge) -> tuple[str, str]:
    return (age.corpus, age.source)


def _confirm(one: SourceAge | ScheduleState) -> str:
    return f"If that is right: plimsoll knowledge confirm {one.corpus} {one.source}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
