"""Plant one change in made-up traffic: it must be told first. Plant none: nothing is told beyond the stated rate."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from plimsoll.traces.compare import Group, TraceFacts, compare_groups

from property.traces.traffic import TOPICS, World, compare_worlds, make_group

USUAL = World()
FACTS = st.builds(
    TraceFacts,
    trace_id=st.uuids().map(lambda one: one.hex),
    weight=st.sampled_from([1.0, 10.0, 0.001, 1e6]),
    user=st.sampled_from(["", "a", "b"]),
    session=st.sampled_from(["", "s1", "s2"]),
    has_failed=st.booleans(),
    traits=st.dictionaries(st.sampled_from(["model", "document", "outcome", "no aspect"]), st.just(("x",))),
    amounts=st.dictionaries(st.sampled_from(["latency", "step q", "score g", "odd"]), st.floats(-1e300, 1e300)),
    words=st.frozensets(st.sampled_from(["tide", "water", "noon"])),
)


@pytest.mark.parametrize(
    ("changed", "aspect", "value"),
    [
        (World(documents=TOPICS[1:]), "document", "returns.md"),
        (World(fingerprint="fp_2"), "fingerprint", "fp_2"),
        (World(prompt="b" * 64), "prompt", "b" * 12),
        (World(tool_ms=80.0), "step", "tool search"),
        (World(pattern_share=0.15), "word", None),
        (World(heavy_user=0.25), "user", "user:heavy"),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_changed_upstream_is_told_first(changed: World, *, aspect: str, value: str | None, seed: int):
    compared = compare_worlds(USUAL, changed, seed=seed, size=400)
    first = compared.findings[0]
    assert (first.role, first.aspect) == ("cause", aspect)
    assert first.value == value or first.value in {"cryptocurrency", "wallet", "voucher"}
    assert first.adjusted_p <= 0.05
    assert first.difference.low <= first.difference.estimate <= first.difference.high
    assert first.second_examples


def test_what_came_of_it_stands_below_its_cause():
    roles = [one.role for one in compare_worlds(USUAL, World(documents=TOPICS[1:])).findings]
    assert roles == sorted(roles)
    assert "effect" in roles


def test_the_step_that_explains_a_slow_down_says_how_much_of_it():
    compared = compare_worlds(USUAL, World(tool_ms=400.0))
    first = compared.findings[0]
    assert (first.value, first.unit, first.measure) == ("tool search", "ms", "median")
    assert first.explains == pytest.approx(1.0, abs=0.15)


def test_one_user_who_makes_the_failures_is_named():
    (told,) = compare_worlds(USUAL, World(heavy_user=0.25)).concentrations
    assert (told.aspect, told.value, told.group) == ("user", "user:heavy", "after")
    assert told.share.low > 0.6 > told.traffic


def test_too_few_requests_tell_nothing():
    compared = compare_worlds(USUAL, World(fingerprint="fp_2"), size=25)
    assert (compared.findings, compared.tested) == ((), 0)
    assert "too few" in compared.too_few


def test_nothing_changed_is_nothing_told_but_for_the_stated_rate():
    pool = [*make_group(USUAL, seed=1, size=2_000).facts]
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(60):
        drawn = [pool[int(place)] for place in rng.permutation(len(pool))[:300]]
        compared = compare_groups(
            Group(label="a", facts=tuple(drawn[:150])), Group(label="b", facts=tuple(drawn[150:]))
        )
        alarms += bool(compared.findings)
    # 3 of 60 are expected at most; more than 8 has a chance of 0.3 % at the stated rate of 5 %.
    assert alarms <= 8


def test_requests_of_one_session_count_together():
    facts = make_group(USUAL, seed=3, size=120).facts
    repeated = [
        replace(one, session=one.trace_id, trace_id=f"{one.trace_id}-{copy}") for one in facts for copy in range(20)
    ]
    halves = Group(label="a", facts=tuple(repeated[:1200])), Group(label="b", facts=tuple(repeated[1200:]))
    compared = compare_groups(*halves)
    assert compared.findings == ()
    assert compared.first.worth == 1200


def test_weights_stand_for_the_requests_that_were_not_kept():
    rare = [replace(one, weight=10.0) for one in make_group(World(pattern_share=1.0), seed=5, size=40).facts]
    usual = make_group(USUAL, seed=6, size=360).facts
    compared = compare_groups(
        Group(label="before", facts=make_group(USUAL, seed=7, size=400).facts),
        Group(label="after", facts=(*rare, *usual)),
    )
    words = next(one for one in compared.findings if one.aspect == "word")
    assert words.second.estimate == pytest.approx(400 / 760, rel=0.01)


def judged(seed: int, *, failing: float) -> Group:
    """Return requests every second of which was judged."""
    rng = np.random.default_rng(seed)
    facts = make_group(USUAL, seed=seed, size=400).facts
    verdicts = ["good: failed" if rng.random() < failing else "good: passed" for _ in facts]
    told = [
        replace(one, traits={**one.traits, "verdict": (verdict,)}) if place % 2 else one
        for place, (one, verdict) in enumerate(zip(facts, verdicts, strict=True))
    ]
    return Group(label=str(seed), facts=tuple(told))


def test_a_share_of_verdicts_is_one_of_those_that_were_judged():
    compared = compare_groups(judged(1, failing=0.1), judged(2, failing=0.4))
    (failed,) = [one for one in compared.findings if one.value == "good: failed"]
    assert (failed.first.estimate, failed.second.estimate) == pytest.approx((0.1, 0.4), abs=0.07)


@given(st.lists(FACTS, max_size=60), st.lists(FACTS, max_size=60))
@settings(max_examples=30, deadline=None)
def test_whatever_traces_hold_they_can_be_compared(first: list[TraceFacts], second: list[TraceFacts]):
    compared = compare_groups(Group(label="a", facts=tuple(first)), Group(label="b", facts=tuple(second)))
    assert all(0 <= one.p_value <= one.adjusted_p <= 1 for one in compared.findings)
    assert bool(compared.too_few) or min(len(first), len(second)) >= 8
