"""Names compiled to targets: aliases, chains, cycles, and names that nobody knows."""

import math

import pytest

from plimsoll.errors import InvalidSettings, NotFound
from plimsoll.gateway import Alias, ModelTarget, Plan, Policy, Provider, Scripted
from plimsoll.prices import ModelPrice

PROVIDERS: dict[str, Provider] = {name: Scripted(["pong"], name=name) for name in ("east", "west")}


def target(name: str, price: ModelPrice | None = None) -> ModelTarget:
    provider, _, model = name.partition("/")
    return ModelTarget(alias=name, provider=provider, model=model, price=price)


def alias(name: str, *targets: str, fall_back: tuple[str, ...] = ()) -> Alias:
    return Alias(name=name, targets=tuple(map(target, targets)), fall_back=fall_back)


def order(plan: Plan, name: str) -> list[str]:
    return [one.full_name for one in plan.find(name).all_targets]


def test_an_alias_asks_its_targets_and_then_those_of_its_fall_backs():
    plan = Plan([alias("fast", "east/a", "west/a", fall_back=("big", "east/c")), alias("big", "west/b")], PROVIDERS)
    assert order(plan, "fast") == ["east/a", "west/a", "west/b", "east/c"]


def test_the_fall_backs_of_fall_backs_come_after_those_that_are_named():
    plan = Plan(
        [
            alias("a", "east/a", fall_back=("b", "c")),
            alias("b", "east/b", fall_back=("d",)),
            alias("c", "east/c"),
            alias("d", "east/d"),
        ],
        PROVIDERS,
    )
    assert order(plan, "a") == ["east/a", "east/b", "east/c", "east/d"]


def test_a_circle_of_fall_backs_asks_each_target_once():
    plan = Plan([alias("a", "east/a", fall_back=("b",)), alias("b", "east/b", fall_back=("a", "b"))], PROVIDERS)
    assert order(plan, "a") == ["east/a", "east/b"]
    assert order(plan, "b") == ["east/b", "east/a"]


def test_a_target_that_several_names_lead_to_is_asked_once():
    plan = Plan([alias("a", "east/a", fall_back=("b", "east/a", "west/x")), alias("b", "west/x")], PROVIDERS)
    assert order(plan, "a") == ["east/a", "west/x"]


def test_any_model_of_a_provider_may_be_named_slashes_included():
    found = Plan([], PROVIDERS).find("east/meta/llama")
    assert (found.targets[0].provider, found.targets[0].model) == ("east", "meta/llama")
    assert not found.is_declared
    assert found.policy == Policy()


@pytest.mark.parametrize("step", [1, -1], ids=["first", "last"])
def test_a_model_named_directly_has_the_price_that_any_alias_declares(step: int):
    price = ModelPrice(input=1.0, output=2.0, source="test")
    priced = Alias(name="priced", targets=(target("east/a", price),))
    aliases = [priced, alias("plain", "east/a")][::step]
    assert Plan(aliases, PROVIDERS).find("east/a").targets[0].price == price


@pytest.mark.parametrize("name", ["fats", "north/a", "east/", "/a", ""])
def test_an_unknown_name_is_answered_with_what_there_is(name: str):
    with pytest.raises(NotFound) as caught:
        Plan([alias("fast", "east/a")], PROVIDERS).find(name)
    assert repr(name) in str(caught.value)
    assert "'east'" in caught.value.next_step


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (alias("fast", "north/a"), "'north'"),
        (alias("fast", "east/a", fall_back=("slow",)), "'slow'"),
        (alias("fast", "east/a", fall_back=("north/a",)), "'north/a'"),
        (alias("fast"), "no target"),
    ],
    ids=["provider", "alias", "provider of a fall-back", "nothing"],
)
def test_what_cannot_be_served_is_refused_by_name(broken: Alias, said: str):
    with pytest.raises(InvalidSettings) as caught:
        Plan([broken], PROVIDERS)
    assert said in str(caught.value)


@pytest.mark.parametrize("weights", [(0.0, 0.0), (1.0,), (1.0, -0.5), (1.0, math.nan), (1.0, math.inf)])
def test_weights_that_cannot_be_drawn_by_are_refused(weights: tuple[float, ...]):
    broken = Alias(name="fast", targets=(target("east/a"), target("west/a")), weights=weights)
    with pytest.raises(InvalidSettings, match="weights"):
        Plan([broken], PROVIDERS)
