"""Doubles and leaks are found, and what only looks alike is not."""

import time

import pytest

from plimsoll.datasets import (
    Dataset,
    check_dataset,
    diff_datasets,
    side_of,
    split_cases,
)
from plimsoll.errors import InvalidRequest
from plimsoll.records import Case

PROMPT = "Answer briefly.\nExample: How many days do I have to return a jacket? Thirty.\nQuestion: {{ input.text }}"


def dataset(*texts: str, name: str = "faq", cluster: str | None = None) -> Dataset:
    cases = tuple(Case(id=f"{name}-{n}", input={"text": text}, cluster=cluster) for n, text in enumerate(texts))
    return Dataset(name=name, cases=cases, version="1")


def test_cases_that_say_nearly_the_same_are_found_and_others_are_not():
    found = check_dataset(
        dataset(
            "How many days do I have to return a jacket that I bought online?",
            "how many days do I have to return a JACKET, that I bought online",
            "How many days do I have to return the jacket that I bought online?",
            "How do I cancel my subscription?",
            "",
            "",
        ),
        other=None,
        prompts={},
    )
    assert [(one.first, one.second) for one in found.doubles] == [("faq-0", "faq-1"), ("faq-0", "faq-2")]
    assert [one.similarity == 1.0 for one in found.doubles] == [True, False]
    assert found.leaks == 0


def test_doubles_of_one_cluster_are_known_to_depend_on_each_other():
    assert (
        check_dataset(dataset("Where is it now?", "Where is it now?", cluster="d1"), other=None, prompts={}).doubles
        == ()
    )


def test_a_case_that_stands_on_both_sides_of_a_split_leaks():
    dev = dataset("How many days do I have to return it?", name="dev")
    found = check_dataset(dataset("How many days do I have to return it!", "Who are you?"), other=dev, prompts={})
    assert [(one.first, one.second) for one in found.across] == [("dev-0", "faq-0")]
    assert found.leaks == 1


def test_a_case_that_stands_in_a_prompt_leaks_and_one_of_common_words_does_not():
    cases = dataset("How many days do I have to return a jacket?", "Answer briefly", "How many days until it comes?")
    found = check_dataset(cases, other=None, prompts={"prompts/a.md": PROMPT})
    assert [(one.case_id, one.prompt) for one in found.in_prompts] == [("faq-0", "prompts/a.md")]


def test_ten_thousand_cases_of_one_pattern_are_checked_without_comparing_every_pair():
    cases = dataset(*(f"What is the balance of account number {n} as of today?" for n in range(10_000)))
    began = time.process_time()
    found = check_dataset(cases, other=None, prompts={})
    assert len(found.doubles) == 9_999
    assert time.process_time() - began < 20  # every pair would take an hour


def test_clusters_never_straddle_a_split_and_no_case_moves_when_others_are_added():
    cases = [Case(id=f"c{n}", input={}, cluster=f"d{n % 40}" if n % 2 else None) for n in range(400)]
    sides = split_cases([(case, case) for case in cases], 0.3)
    of_dev = {case.cluster for case in sides["dev"]} - {None}
    assert of_dev.isdisjoint({case.cluster for case in sides["test"]})
    assert 0.2 < len(sides["dev"]) / len(cases) < 0.4
    assert all(side_of(case, 0.5) == "dev" for case in sides["dev"])


@pytest.mark.parametrize("dev", [0.0, 1.0, -1.0, 0.000_001])
def test_a_split_without_a_side_is_refused(dev: float):
    with pytest.raises(InvalidRequest, match="dev="):
        split_cases([(Case(id="c", input={}), 1)], dev)


def test_a_difference_names_what_was_added_removed_and_changed():
    before = Dataset(name="faq", version="a" * 64, cases=(Case(id="1", input={}), Case(id="2", input={"text": "a"})))
    after = Dataset(name="faq", version="b" * 64, cases=(Case(id="2", input={"text": "b"}), Case(id="3", input={})))
    found = diff_datasets(before, after)
    assert (found.added, found.removed, found.same) == (("3",), ("1",), 0)
    assert [(one.case_id, one.parts) for one in found.changed] == [("2", ("input",))]
