"""Limits, budgets and spend from the command line."""

import json
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    parent = tmp_path_factory.mktemp("allowances")
    assert plimsoll(parent, "init", "shop").code == 0
    return parent / "shop"


def test_an_allowance_is_set_listed_and_removed(project: Path):
    assert plimsoll(project, "allowances", "list").out.startswith("Nothing is limited.")
    options = ["--requests-per-minute", "1000", "--budget-usd", "20", "--period", "day"]
    done = plimsoll(project, "allowances", "set", "group:sales", *options)
    assert (done.code, done.out) == (0, "group:sales may use: 1,000 requests a minute, $20.00 a day.\n")
    listed = plimsoll(project, "allowances", "list").out
    assert "group:sales" in listed
    assert "$20.00 a day" in listed
    assert "$0.0000" in listed
    (shown,) = json.loads(plimsoll(project, "allowances", "list", "--json").out)
    assert shown["allowance"]["applies_to"] == "group:sales"
    assert shown["standing"]["settled_usd"] == 0
    done = plimsoll(project, "allowances", "remove", "group:sale")
    assert (done.code, "did you mean 'group:sales'" in done.err) == (2, True)
    done = plimsoll(project, "allowances", "remove", "group:sales")
    assert (done.code, done.out) == (0, "Removed 1 allowance of group:sales.\n")


def test_an_owner_of_another_form_is_refused_with_the_forms_there_are(project: Path):
    done = plimsoll(project, "allowances", "set", "sales", "--concurrent", "1")
    assert (done.code, done.out) == (2, "")
    assert "'sales' does not say whom it applies to." in done.err
    assert "'group:NAME'" in done.err


@pytest.mark.parametrize("owner", ["key:0123456789abcdef", "model:fats", "feature:docs_anser"])
def test_an_owner_that_is_not_there_is_refused_since_nothing_would_be_limited(project: Path, owner: str):
    done = plimsoll(project, "allowances", "set", owner, "--concurrent", "1")
    assert (done.code, done.out) == (2, "")
    assert f"{owner.partition(':')[2]!r}" in done.err


def test_an_amount_below_a_cent_is_shown(project: Path):
    done = plimsoll(project, "allowances", "set", "tenant:acme", "--budget-usd", "0.0000001")
    assert (done.code, done.out) == (0, "tenant:acme may use: $0.0000001 a month.\n")
    assert plimsoll(project, "allowances", "remove", "tenant:acme").code == 0


def test_spend_that_is_not_there_is_said_to_be_none(project: Path):
    done = plimsoll(project, "spend", "--days", "7")
    assert (done.code, done.out) == (0, "Nothing was spent within 7 days.\n")
    assert json.loads(plimsoll(project, "spend", "--by", "model", "--json").out) == []
