"""`plimsoll knowledge`, as whoever looks after a corpus types it."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def test_documents_are_listed_with_where_they_came_from(project: Path):
    listed = plimsoll(project, "knowledge", "documents")
    assert (listed.code, "paths" in listed.out) == (0, True)
    found = json.loads(plimsoll(project, "knowledge", "documents", "--json").out)
    assert {document["readers"][0] for document in found} == {"public"}
    assert all(document["source"] in listed.out for document in found)


def test_chunks_are_shown_by_size_and_with_what_was_cut(project: Path):
    shown = plimsoll(project, "knowledge", "chunks")
    assert (shown.code, "headings, tokens 200" in shown.out, "within a sentence" in shown.out) == (0, True, True)
    found = json.loads(plimsoll(project, "knowledge", "chunks", "--json").out)
    assert sum(found["histogram"].values()) == found["chunks"] > 0
    assert found["longest"][0]["tokens"] <= 256


def test_strategies_are_compared_on_a_dataset_and_each_difference_has_a_verdict(project: Path):
    compared = plimsoll(project, "knowledge", "chunks", "--compare", "docs_answer", "--json")
    own, *others = json.loads(compared.out)
    assert (own["chunking"], own["differences"]) == ("headings, tokens 200", {})
    assert [way["chunking"].split(",")[0] for way in others] == [
        "sentence_window",
        "fixed",
        "table_rows",
        "parent_child",
    ]
    assert all(way["differences"]["mrr"]["low"] <= way["differences"]["mrr"]["high"] for way in others)
    assert own["embedding_seconds"] > 0


def test_a_dataset_that_is_not_there_is_named(project: Path):
    refused = plimsoll(project, "knowledge", "chunks", "--compare", "nothing")
    assert (refused.code, "nothing" in refused.err) == (2, True)
