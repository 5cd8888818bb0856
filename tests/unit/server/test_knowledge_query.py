import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import RetrievalPlan, Where
from plimsoll.server.knowledge_query import read_bench, read_documents, read_first

SOURCES = ["paths", "wiki"]


def test_an_empty_query_asks_for_the_first_documents_of_all():
    asked = read_documents({}, sources=SOURCES)
    assert (asked.origin, asked.state, asked.text, asked.place.after, asked.place.limit) == (None, None, "", "", 50)


def test_the_character_that_a_database_refuses_is_left_out():
    asked = read_documents({"text": "a\0b", "after": "\0"}, sources=SOURCES)
    assert (asked.text, asked.place.after) == ("ab", "")


def test_paths_are_documents_without_an_origin():
    assert read_documents({"source": "paths"}, sources=SOURCES).origin == ""
    assert read_bench({"source": "wiki"}).origin == "wiki"


@pytest.mark.parametrize(
    "query",
    [{"state": "old"}, {"source": "wik"}, {"limit": "0"}, {"limit": "1001"}, {"limit": "²"}, {"limit": "9" * 5_000}],
)
def test_what_is_no_choice_is_refused(query: dict[str, str]):
    with pytest.raises(InvalidRequest):
        read_documents(query, sources=SOURCES)


@pytest.mark.parametrize("first", ["-1", "1.5", "x"])
def test_a_place_is_a_number(first: str):
    with pytest.raises(InvalidRequest, match="is not a number"):
        read_first({"first": first})


def test_metadata_reads_numbers_and_truth_as_what_they_are_and_anything_else_as_text():
    asked = read_bench({"metadata": "team=finance, year=2024, public=true, day=2024-05-31, code=a=b"})
    assert asked.metadata == {"team": "finance", "year": 2024, "public": True, "day": "2024-05-31", "code": "a=b"}


@pytest.mark.parametrize("text", ["finance", "=finance", "team=", "team=a,b"])
def test_metadata_without_key_or_value_is_refused(text: str):
    with pytest.raises(InvalidRequest, match="is no filter"):
        read_bench({"metadata": text})


def test_the_bench_changes_what_is_named_and_keeps_the_rest_of_the_plan():
    plan = RetrievalPlan(passages=3, widen="section", where=Where(equals={"language": "en"}, source_prefix="docs/"))
    changed = read_bench({"q": "soup", "passages": "5", "metadata": "team=kitchen"}).change(plan)
    assert (changed.passages, changed.widen, changed.where.source_prefix) == (5, "section", "docs/")
    assert changed.where.equals == {"language": "en", "team": "kitchen"}
    assert read_bench({"q": "soup"}).change(plan) == plan
