"""Conditions on metadata: kinds never mix, absent keys never match, nonsense is refused."""

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import Range, Where
from plimsoll.knowledge.tables.documents import MetadataValue

METADATA: dict[str, MetadataValue] = {
    "product": "db",
    "year": 2023,
    "price": 1.5,
    "is_draft": True,
    "day": "2024-05-31",
}


def is_meant(where: Where) -> bool:
    return where.matches(METADATA, origin="wiki", source="docs/api/a.md")


@pytest.mark.parametrize(
    "where",
    [
        Where(),
        Where(equals={"product": "db", "year": 2023.0}),
        Where(any_of={"year": (1999, 2023)}),
        Where(ranges={"year": Range(at_least=2023, at_most=2023), "day": Range(at_most="2024-06")}),
        Where(origin="wiki", source_prefix="docs/api/"),
        Where(equals={"is_draft": True}),
    ],
)
def test_a_document_that_meets_every_condition_is_meant(where: Where) -> None:
    assert is_meant(where)


@pytest.mark.parametrize(
    "where",
    [
        Where(equals={"product": "db", "year": 2024}),
        Where(equals={"is_draft": 1}),
        Where(equals={"year": "2023"}),
        Where(equals={"absent": "x"}),
        Where(any_of={"year": ()}),
        Where(any_of={"absent": ("x",)}),
        Where(ranges={"product": Range(at_least=1)}),
        Where(ranges={"is_draft": Range(at_least=0)}),
        Where(ranges={"year": Range(at_least="2000")}),
        Where(ranges={"price": Range(at_least=1, at_most=1.4)}),
        Where(origin=""),
        Where(source_prefix="docs/other"),
    ],
)
def test_a_document_that_misses_one_condition_is_not_meant(where: Where) -> None:
    assert not is_meant(where)


def test_a_range_without_ends_or_of_two_kinds_is_refused() -> None:
    for ends in ({}, {"at_least": 1, "at_most": "b"}, {"at_least": float("nan")}):
        with pytest.raises(InvalidRequest, match="is no range"):
            Range(**ends)


def test_a_filter_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="1,001 values"):
        Where(any_of={"year": tuple(range(1001))})
    with pytest.raises(InvalidRequest, match="2,001 characters"):
        Where(source_prefix="x" * 2001)
