"""`plimsoll knowledge eval` as its user sees it."""

import json
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll

pytestmark = pytest.mark.model


def test_a_corpus_is_measured_and_compared_with_an_earlier_run(project: Path):
    corpus = json.loads(plimsoll(project, "knowledge", "documents", "--json").out)
    assert corpus
    first = plimsoll(project, "knowledge", "eval", "docs", "docs_answer", "--json")
    assert (first.code, first.err) == (0, "")
    run = json.loads(first.out)["run"]["run"]["id"]
    again = plimsoll(project, "knowledge", "eval", "docs", "docs_answer", "--against", run[:12])
    assert again.code == 0
    assert {"recall@5", "mrr", "ndcg@10", "Minus the run"} <= {
        word for word in ("recall@5", "mrr", "ndcg@10", "Minus the run") if word in again.out
    }


def test_a_feature_is_weighed_and_the_reader_says_that_it_needs_passages(project: Path):
    done = plimsoll(project, "knowledge", "eval", "docs", "docs_answer", "--feature", "docs_answer")
    assert (done.code, done.err) == (0, "")
    assert "citation_precision" in done.out
    assert "right with passages" in done.out


def test_wrong_names_are_mistakes_of_the_caller(project: Path):
    assert "'docs'" in plimsoll(project, "knowledge", "eval", "dosc", "docs_answer").err
    assert "docs_answer" in plimsoll(project, "knowledge", "eval", "docs", "docs_anwser").err
    done = plimsoll(project, "knowledge", "eval", "docs", "docs_answer", "--as", "ada")
    assert (done.code, "names no caller" in done.err) == (2, True)
