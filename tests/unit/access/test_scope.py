"""Which allowances a call is held to, and how owners are written."""

import pytest

from plimsoll.access.scope import AllowanceIndex, check_scope
from plimsoll.errors import InvalidRequest
from plimsoll.records import Allowance, Principal

OWNERS = ("everyone", "key:ab", "key:cd", "group:sales", "group:staff", "tenant:shop", "feature:search", "model:fast")
INDEX = AllowanceIndex([Allowance(allowance_id=owner, applies_to=owner, concurrent=1) for owner in OWNERS])
CALLER = Principal(id="key:ab", tenant="shop", groups=frozenset({"sales", "unlimited"}))


def _owners(caller: Principal, feature: str | None, alias: str) -> set[str]:
    return {found.applies_to for found in INDEX.applying_to(caller, feature=feature, alias=alias)}


def test_a_call_is_held_to_what_names_its_caller_feature_and_model_and_to_what_names_everyone():
    assert _owners(CALLER, "search", "fast") == {
        "everyone", "key:ab", "group:sales", "tenant:shop", "feature:search", "model:fast"
    }  # fmt: skip


def test_a_stranger_without_a_feature_is_held_to_what_names_everyone():
    assert _owners(Principal(id="user:ada"), None, "big") == {"everyone"}


def test_a_person_is_not_taken_for_a_key_of_that_name():
    assert _owners(Principal(id="user:ab"), None, "big") == {"everyone"}


def test_one_owner_may_have_a_daily_and_a_monthly_budget():
    index = AllowanceIndex([
        Allowance(allowance_id="1", applies_to="everyone", budget_usd=1, period="day"),
        Allowance(allowance_id="2", applies_to="everyone", budget_usd=9, period="month"),
    ])  # fmt: skip
    assert [found.allowance_id for found in index.applying_to(CALLER, feature=None, alias="")] == ["1", "2"]


def test_nothing_applies_where_nothing_is_declared():
    assert AllowanceIndex(()).applying_to(CALLER, feature="search", alias="fast") == ()


@pytest.mark.parametrize("text", ["", "sales", "group:", "group: sales", "model:fast ", f"group:{'x' * 200}"])
def test_an_owner_of_another_form_is_refused_with_the_forms_there_are(text: str):
    with pytest.raises(InvalidRequest, match="does not say whom") as caught:
        check_scope(text)
    assert "'group:NAME'" in caught.value.next_step


def test_an_unknown_kind_of_owner_is_answered_with_the_nearest():
    with pytest.raises(InvalidRequest, match="'groups'; did you mean 'group'"):
        check_scope("groups:sales")
