"""Live requests against a line: counted by the line's own rules, from figures alone."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from plimsoll import Line, answered, error_rate, latency, mean_cost, pass_rate
from plimsoll.project.features.live_line import hold_live, latency_target_ms, nothing_at
from plimsoll.records import Verdict
from plimsoll.scorers import grounded
from plimsoll.traces import FigurePoint, QualityPoint

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LINE = Line(
    pass_rate(grounded, at_least=0.8),
    answered(at_least=0.5),
    latency(p95_seconds=2.0),
    error_rate(at_most=0.1),
    mean_cost(at_most_usd=0.01),
)
GOOD = replace(
    nothing_at(NOON),
    count=1_000,
    errors=20,
    by_outcome={"answered": 900, "failed": 20, "abstained": 80},
    by_error_class={"infrastructure": 10, "model": 10},
    p50_ms=300.0,
    p95_ms=900.0,
    p99_ms=1_500.0,
    p95_low_ms=850.0,
    p95_high_ms=960.0,
    in_time=995,
    cost_usd=1.0,
    quality={"grounded": QualityPoint(n=400, rate=0.95)},
)


def stretches(total: FigurePoint) -> list[FigurePoint]:
    costs = (0.09, 0.11, 0.1, 0.095, 0.105, 0.1, 0.1, 0.1, 0.1, 0.1)
    return [replace(total, at=NOON + timedelta(hours=n), count=100, cost_usd=usd) for n, usd in enumerate(costs)]


def test_a_good_while_holds_every_bar():
    found = hold_live(LINE, GOOD, stretches(GOOD))
    assert [(bar.kind, bar.verdict) for bar in found.bars if bar.verdict is not Verdict.HOLDS] == []
    assert found.verdict is Verdict.HOLDS


def test_what_infrastructure_lost_is_no_error_of_the_feature():
    bars = {bar.kind: bar for bar in hold_live(LINE, GOOD, stretches(GOOD)).bars}
    assert (bars["error_rate"].n, round(bars["error_rate"].estimate or 0, 4)) == (990, round(10 / 990, 4))


def test_a_bar_that_is_missed_is_below_the_line_and_says_so_in_requests():
    slow = replace(GOOD, p95_ms=3_000.0, p95_low_ms=2_900.0, p95_high_ms=3_100.0, in_time=880)
    found = hold_live(LINE, slow, stretches(slow))
    assert found.verdict is Verdict.FALLS_SHORT
    reasons = [bar.reason for bar in found.bars if bar.verdict is Verdict.FALLS_SHORT]
    assert reasons == ["3 s [2.9 s, 3.1 s] on 1000 requests: misses latency_p95 ≤ 2 s."]


def test_a_while_without_requests_cannot_tell_and_shows_no_number():
    found = hold_live(LINE, nothing_at(NOON), ())
    assert (found.verdict, found.reason) == (Verdict.CANNOT_TELL, "No requests in this time.")
    assert {(bar.estimate, bar.low, bar.high) for bar in found.bars} == {(None, None, None)}


def test_an_end_that_so_few_requests_cannot_show_is_left_open():
    few = replace(GOOD, p95_high_ms=None)
    bars = {bar.kind: bar for bar in hold_live(LINE, few, stretches(few)).bars}
    assert (bars["latency_p95"].high, bars["latency_p95"].verdict) == (None, Verdict.CANNOT_TELL)


def test_the_target_of_latency_is_asked_for_in_milliseconds():
    assert (latency_target_ms(LINE), latency_target_ms(Line(answered(at_least=0.1))), latency_target_ms(None)) == (
        2_000.0,
        None,
        None,
    )
