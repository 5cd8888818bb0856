"""How traces are told at a terminal."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from plimsoll.cli.traces.shown import show_outcome
from plimsoll.records import Outcome
from plimsoll.traces import TraceSummary

INGESTED = TraceSummary(
    trace_id="ab" * 16,
    started_at=datetime(2026, 1, 1, tzinfo=UTC),
    name="ingest docs",
    feature=None,
    outcome=None,
    error_class=None,
    error=None,
    duration_ms=1.0,
    input_tokens=0,
    output_tokens=0,
    cost_usd=None,
    tenant="local",
    subject=None,
    input_text=None,
    output_text=None,
    span_count=1,
)


@pytest.mark.parametrize(
    ("summary", "told"),
    [
        (INGESTED, "done"),
        (replace(INGESTED, error="the disk is full"), "failed"),
        (replace(INGESTED, has_root=False), "unfinished"),
        (replace(INGESTED, outcome=Outcome.ABSTAINED), "abstained"),
        (replace(INGESTED, outcome=Outcome.ANSWERED, has_root=False), "answered"),
    ],
)
def test_work_that_ended_is_not_called_unfinished(summary: TraceSummary, told: str):
    assert show_outcome(summary) == told
