"""Which documents another program's retrieval found, by source, id or how they begin."""

import json
from typing import Any

import pytest

from plimsoll.records import Attribute
from plimsoll.traces.otlp.found import DOCUMENTS, name_documents


def named(output: object) -> list[tuple[str, float | None]]:
    attributes: dict[str, Attribute] = {"plimsoll.output": output if isinstance(output, str) else json.dumps(output)}
    name_documents(attributes)
    return [(one["source"], one["score"]) for one in json.loads(str(attributes.get(DOCUMENTS, "[]")))]


def test_a_document_is_told_by_its_source_else_its_id_else_how_it_begins():
    found: list[dict[str, Any]] = [
        {"id": "7", "metadata": {"source": "returns.md"}, "score": 0.5},
        {"document_id": 8, "metadata": '{"page": 1}'},
        {"page_content": "Customers may return " + "x" * 100, "metadata": {}},
        {"metadata": '{"file_path": "a/b.txt", "score": 0.25}'},
    ]
    assert named(found) == [
        ("returns.md", 0.5),
        ("8", None),
        ("Customers may return " + "x" * 39, None),
        ("a/b.txt", 0.25),
    ]
    assert named({"documents": found[:1]}) == [("returns.md", 0.5)]


@pytest.mark.parametrize("output", ["", "no JSON", "5", "[1, null]", "[{}]", '{"documents": 5}', "[" * 3_000])
def test_what_lists_no_documents_names_none(output: str):
    assert named(output) == []


def test_what_is_said_already_stays():
    attributes: dict[str, Attribute] = {DOCUMENTS: "[]", "plimsoll.output": '[{"id": "1"}]'}
    name_documents(attributes)
    assert attributes[DOCUMENTS] == "[]"
