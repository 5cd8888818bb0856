"""When scheduled work is due, by what is known of its last run."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from plimsoll.knowledge import ScheduledRun
from plimsoll.knowledge.scheduling import find_due

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
ENDED = ScheduledRun(
    corpus="docs", task="sync", source="wiki", began_at=NOON, ended_at=NOON + MINUTE, result="synced", tries=0
)
KILLED = replace(ENDED, ended_at=None, tries=1)


def due(last: ScheduledRun | None = None, *, by_hand: datetime | None = None, now: datetime = NOON) -> datetime:
    return find_due(HOUR, last=last, by_hand=by_hand, now=now)


def test_what_never_ran_is_due_now():
    assert due() == NOON


def test_the_interval_counts_from_the_beginning_of_the_last_run():
    assert due(ENDED, now=NOON + MINUTE) == NOON + HOUR
    assert due(ENDED, now=NOON + 5 * HOUR) == NOON + HOUR


def test_a_run_by_hand_counts_as_one():
    assert due(by_hand=NOON) == NOON + HOUR
    assert due(ENDED, by_hand=NOON + MINUTE) == NOON + MINUTE + HOUR
    assert due(KILLED, by_hand=NOON + MINUTE, now=NOON + 2 * MINUTE) == NOON + MINUTE + HOUR


def test_a_run_that_did_not_end_is_due_at_once():
    assert due(KILLED, now=NOON + MINUTE) == NOON + MINUTE
    assert due(KILLED, by_hand=NOON - MINUTE, now=NOON + MINUTE) == NOON + MINUTE


def test_what_kills_its_process_again_and_again_waits_for_the_interval():
    assert due(replace(KILLED, tries=3), now=NOON + MINUTE) == NOON + HOUR


def test_a_beginning_in_a_far_future_does_not_count():
    assert due(replace(ENDED, began_at=NOON + 9 * HOUR)) == NOON
    assert due(replace(ENDED, began_at=NOON + MINUTE)) == NOON + MINUTE + HOUR
