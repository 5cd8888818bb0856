"""`plimsoll knowledge`, as whoever looks after a corpus types it."""

import json
from pathlib import Path

from flow.cli.commands import plimsoll


def test_documents_are_listed_with_where_they_came_from(ready_project: Path):
    listed = plimsoll(ready_project, "knowledge", "documents")
    assert (listed.code, "paths" in listed.out) == (0, True)
    found = json.loads(plimsoll(ready_project, "knowledge", "documents", "--json").out)
    assert {document["readers"][0] for document in found} == {"public"}
    assert all(document["source"] in listed.out for document in found)
