"""A plan refuses what means nothing, by name, value and choice."""

import pytest

from plimsoll.errors import InvalidFeature, InvalidRequest
from plimsoll.features import Retrieval
from plimsoll.knowledge import RetrievalPlan, change_plan, mistake_in


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"passages": 0}, "passages=0 is not between 1 and 50."),
        ({"token_budget": 49}, "token_budget=49 is not between 50 and 1,000,000, or 0."),
        (
            {"widen": "sections"},
            "widen='sections' is not one of 'neighbours', 'none', 'section'. Did you mean 'section'?",
        ),
        ({"deadline_ms": 20_000}, "deadline_ms=20000 is not between 10 and 10,000, or 0."),
        ({"passages": "six"}, "passages='six' is no number."),
        ({"passages": True}, "passages=True is no number."),
        ({"token_budget": 99.5}, "token_budget=99.5 is no whole number."),
        ({"max_age_hours": float("nan")}, "max_age_hours=nan is not between 0 and 1,000,000."),
        ({"order": "worst"}, "order='worst' is not one of 'best', 'document'."),
        ({"rerank": "yes"}, "rerank='yes' is neither True nor False."),
        ({"where": {"equals": {}}}, "where={'equals': {}} is no Where(...)."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(values: dict[str, object], said: str):
    assert mistake_in(values) == said
    with pytest.raises(InvalidFeature, match="Retrieval"):
        Retrieval("docs", **values)  # pyright: ignore[reportArgumentType]
    with pytest.raises(InvalidRequest):
        change_plan(RetrievalPlan(), **values)


def test_a_feature_changes_only_what_it_names():
    base = RetrievalPlan(passages=9, widen="section", deadline_ms=300)
    plan = Retrieval("docs", passages=3).compile(base, leave_out_stale=True)
    assert (plan.passages, plan.widen, plan.deadline_ms, plan.leave_out_stale) == (3, "section", 300, True)


def test_a_plan_without_further_steps_is_plain():
    assert RetrievalPlan().is_plain
    assert not RetrievalPlan(rerank=True).is_plain
