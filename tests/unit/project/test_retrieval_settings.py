"""Every key of `[knowledge.NAME.retrieval]` reaches the plan, and a wrong value is named with its key."""

import tomllib

import msgspec
import pytest
from pydantic import ValidationError

from plimsoll.errors import InvalidSettings
from plimsoll.knowledge import Range, RetrievalPlan, Where
from plimsoll.project.settings.retrieval import RetrievalSettings

FITTED = {"mix", "answerability"}
"""What `knowledge fit` prints: tables of their own."""
EVERY_KEY = """
passages = 9
token_budget = 1500
widen = "section"
order = "document"
rerank = true
rerank_model = "./reranker"
rerank_candidates = 30
rewrite = true
rewrite_model = "default"
rewrite_ms = 900
deadline_ms = 700
max_age_hours = 12.5
[where]
origin = "wiki"
source_prefix = "docs/"
equals = { language = "en", stars = 3, open = true }
any_of = { product = ["storage", "mail"] }
ranges = { day = { at_least = "2024-01-01" } }
"""
PLAN = RetrievalPlan(
    passages=9,
    token_budget=1500,
    widen="section",
    order="document",
    rerank=True,
    rerank_candidates=30,
    rewrite=True,
    rewrite_ms=900,
    deadline_ms=700,
    max_age_hours=12.5,
    where=Where(
        origin="wiki",
        source_prefix="docs/",
        equals={"language": "en", "stars": 3, "open": True},
        any_of={"product": ("storage", "mail")},
        ranges={"day": Range(at_least="2024-01-01")},
    ),
)


def read(text: str) -> RetrievalPlan:
    return RetrievalSettings.model_validate(tomllib.loads(text)).as_plan("docs")


def test_every_key_reaches_the_plan():
    assert read(EVERY_KEY) == PLAN
    written = set(tomllib.loads(EVERY_KEY))
    assert written == set(RetrievalSettings.model_fields) - FITTED
    of_the_plan = set(RetrievalPlan.__struct_fields__) - {"leave_out_stale"}
    assert written - {"rerank_model", "rewrite_model"} == of_the_plan


def test_without_a_key_the_plan_is_the_default_one():
    assert read("") == RetrievalPlan()


def test_true_in_a_filter_stays_true_and_a_number_a_number():
    plan = read("[where]\nequals = { open = true, stars = 1 }")
    values = plan.where.equals
    assert (values["open"] is True, isinstance(values["stars"], bool), values["stars"]) == (True, False, 1)
    assert plan.where.matches({"open": True, "stars": 1}, origin="", source="")
    assert not plan.where.matches({"open": 1, "stars": True}, origin="", source="")


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("passages = 0", "passages"),
        ('passages = "many"', "passages"),
        ("passages = 2.5", "passages"),
        ("token_budget = -1", "token_budget"),
        ('widen = "page"', "widen"),
        ('order = "worst"', "order"),
        ('rerank = "perhaps"', "rerank"),
        ("rerank_candidates = 1", "rerank_candidates"),
        ("rewrite_ms = 5", "rewrite_ms"),
        ("deadline_ms = 20000", "deadline_ms"),
        ("max_age_hours = -1", "max_age_hours"),
        ("max_age_hours = nan", "max_age_hours"),
        ("passage = 3", "passage"),
        ("[where]\nequal = { a = 1 }", "where.equal"),
        ("[where]\nranges = { day = { at_leest = 1 } }", "where.ranges.day.at_leest"),
        ("[where]\nequals = { a = [1] }", "where.equals.a"),
    ],
)
def test_a_wrong_value_is_named_by_its_key(line: str, key: str):
    with pytest.raises(ValidationError) as caught:
        read(line)
    places = [".".join(map(str, error["loc"])) for error in caught.value.errors()]
    assert any(place.startswith(key) for place in places), places


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("token_budget = 49", "token_budget=49 is not between 50 and 1,000,000, or 0."),
        ("deadline_ms = 5", "deadline_ms=5 is not between 10 and 10,000, or 0."),
        ("[where]\nranges = { day = {} }", "None to None is no range."),
    ],
)
def test_what_means_nothing_together_names_the_table(line: str, said: str):
    with pytest.raises(InvalidSettings) as caught:
        read(line)
    assert caught.value.message == f"[knowledge.docs.retrieval]: {said}"
    assert caught.value.next_step


def test_a_plan_is_what_it_was_after_a_journey_as_json():
    assert msgspec.json.decode(msgspec.json.encode(PLAN), type=RetrievalPlan) == PLAN
