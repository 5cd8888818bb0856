"""Whether another request may begin under a cap: what is spent, what is under way, and what is not known."""

from msgspec.structs import replace

from plimsoll.evals.cost_cap import CostCap

from unit.evals.samples import result

DEAR = replace(result(1), cost_usd=0.5, scoring_usd=0.25)
UNPRICED = replace(result(2), cost_usd=None)
REFUSED = replace(result(3), cost_usd=None, latency_ms=None, trace_id=None)


def test_without_a_cap_nothing_stops():
    cap = CostCap(None)
    cap.count(UNPRICED)
    assert (cap.stop_reason, cap.unpriced) == ("", 1)


def test_requests_under_way_count_as_much_as_the_dearest_so_far():
    cap = CostCap(2.0)
    cap.count(DEAR)
    assert cap.stop_reason == ""
    cap.begin()
    assert cap.stop_reason == "One more request could take the cost above 2 USD (0.75 so far)."
    cap.settle(DEAR)
    assert cap.spent_usd == 1.5
    assert cap.stop_reason


def test_a_request_of_unknown_cost_is_taken_for_a_dear_one_and_stops_a_run_that_knows_no_price():
    cap = CostCap(2.0)
    cap.count(UNPRICED)
    assert cap.stop_reason == "What a request costs is not known, so that no cap can be held."
    cap.count(DEAR)
    assert cap.stop_reason == "One more request could take the cost above 2 USD (0.75 so far)."


def test_an_input_that_was_refused_costs_nothing():
    cap = CostCap(1.0)
    cap.count(REFUSED)
    assert (cap.unpriced, cap.spent_usd, cap.stop_reason) == (0, 0.0, "")


def test_the_first_requests_are_held_to_what_they_are_expected_to_cost():
    cap = CostCap(1.0, usd_per_request=0.4)
    cap.begin()
    cap.begin()
    assert cap.stop_reason
