"""Who reads what: by id, by group, or as everyone; and names that name nobody."""

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.readers import check_readers, may_read, names_of
from plimsoll.records import Principal

ADA = Principal(id="user:ada", groups=frozenset({"finance"}))


@pytest.mark.parametrize(
    ("readers", "may"),
    [
        (["public"], True),
        (["user:ada"], True),
        (["group:finance", "user:bob"], True),
        (["group:sales"], False),
        (["user:bob"], False),
        (["key:ada"], False),
        ([], False),
    ],
)
def test_a_document_is_read_by_those_it_names(readers: list[str], *, may: bool):
    assert may_read(readers, ADA) is may


@pytest.mark.parametrize("scope", ["admin", "read"])
def test_no_scope_stands_above_the_readers(scope: str):
    assert not may_read(["group:finance"], Principal(id="user:root", scopes=frozenset({scope})))


@pytest.mark.parametrize("forged", ["group:finance", "public", ""])
def test_an_id_that_looks_like_a_group_names_nobody(forged: str):
    assert names_of(Principal(id=forged)) == {"public"}


def test_readers_are_kept_sorted_and_once():
    assert check_readers(["user:b", "group:a", "user:b"]) == ("group:a", "user:b")


@pytest.mark.parametrize("wrong", [[], ["ada"], ["user:"], ["team:x"], ["user: "], [f"user:{'x' * 300}"]])
def test_readers_that_name_nobody_are_refused(wrong: list[str]):
    with pytest.raises(InvalidRequest):
        check_readers(wrong)
