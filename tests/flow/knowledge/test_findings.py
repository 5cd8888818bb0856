"""What a retrieval comes to is an outcome, and is told in the trace: found, irrelevant, empty, stale."""

from pathlib import Path

import pytest

from plimsoll.knowledge import Where
from plimsoll.records import Principal
from plimsoll.testing import FakeClock

from flow.knowledge.asking import asking

pytestmark = pytest.mark.anyio
FILES = {
    "docs/leave.md": "# Leave\n\nSick leave is paid. A note is due after three days.\n",
    "docs/travel.md": "# Travel\n\nTrains come first. Flights need approval by Ada Lovelace.\n",
}
QUESTION = "When is a note due for sick leave?"


async def test_each_outcome_is_told_in_the_result_and_in_the_trace(tmp_path: Path):
    async with asking(tmp_path, FILES) as docs:
        told: list[tuple[str, str, bool, int]] = []
        for question, where, caller in (
            (QUESTION, Where(), Principal.local()),
            ("Which planet has the most moons?", Where(), Principal.local()),
            (QUESTION, Where(source_prefix="elsewhere/"), Principal.local()),
            (QUESTION, Where(), Principal(id="user:eve", tenant="other")),
        ):
            found = await docs.ask(question, where=where, caller=caller)
            span = docs.span()["plimsoll.retrieval.finding"]
            told.append((found.finding, span, found.is_answerable, len(found.passages)))
    assert told == [
        ("found", "found", True, 2),
        ("irrelevant", "irrelevant", False, 2),
        ("empty", "empty", False, 0),
        ("empty", "empty", False, 0),
    ]


async def test_age_is_an_outcome_where_old_documents_are_left_out_and_a_remark_where_not(tmp_path: Path):
    clock = FakeClock()
    async with asking(tmp_path, FILES, clock=clock) as docs:
        clock.advance(3 * 3_600)
        warned = await docs.ask(QUESTION, max_age_hours=2)
        marked = docs.span()["plimsoll.retrieval.stale_passages"]
        left = await docs.ask(QUESTION, max_age_hours=2, leave_out_stale=True)
        other = await docs.ask("Which planet has the most moons?", max_age_hours=2, leave_out_stale=True)
        fresh = await docs.ask(QUESTION, max_age_hours=3, leave_out_stale=True)
    assert (warned.finding, marked, {one.age_seconds for one in warned.passages}) == ("found", 2, {10_800.0})
    assert (left.finding, left.passages, {one.reason for one in left.left_out}) == ("stale", (), {"stale"})
    assert (other.finding, fresh.finding) == ("irrelevant", "found")


async def test_the_fresh_answer_is_given_though_a_stale_one_was_left_out(tmp_path: Path):
    clock = FakeClock()
    copy = {**FILES, "docs/newer.md": "# Notes\n\nA sick note is due after three days, and leave is paid.\n"}
    async with asking(tmp_path, copy, clock=clock) as docs:
        clock.advance(3 * 3_600)
        await docs.change("docs/newer.md", checked_at=clock.now())
        found = await docs.ask(QUESTION, max_age_hours=2, leave_out_stale=True)
    assert (found.finding, [one.source for one in found.passages]) == ("found", ["docs/newer.md"])
    assert {one.source for one in found.left_out} == set(FILES)
