"""Requests in the words of a provider that differs."""

import json

import pytest

from plimsoll.gateway import Dialect, fields_of
from plimsoll.gateway.providers.dialect import adapt

SCHEMA = {"type": "json_schema", "json_schema": {"name": "a"}}
OBJECT = {"type": "json_object"}
TEXT = {"type": "text"}


def put(given: dict[str, object], dialect: Dialect) -> dict[str, object]:
    fields = fields_of(json.dumps(given).encode())
    before = dict(fields)
    adapted = adapt(fields, dialect)
    assert fields == before
    return {name: json.loads(bytes(value)) for name, value in adapted.items()}


@pytest.mark.parametrize("own", ["max_tokens", "max_completion_tokens"])
def test_the_longest_answer_goes_by_the_name_that_the_provider_knows(own: str):
    (other,) = {"max_tokens", "max_completion_tokens"} - {own}
    dialect = Dialect(output_limit=own)  # pyright: ignore[reportArgumentType]
    assert put({other: 5}, dialect) == {own: 5}
    assert put({own: 5}, dialect) == {own: 5}
    assert put({own: 5, other: 9}, dialect) == {own: 5}
    assert put({"n": 1}, dialect) == {"n": 1}


@pytest.mark.parametrize(
    ("schema", "asked", "sent"),
    [
        ("json_schema", SCHEMA, SCHEMA),
        ("json_object", SCHEMA, OBJECT),
        ("json_object", OBJECT, OBJECT),
        ("prompt", SCHEMA, None),
        ("prompt", OBJECT, None),
        *((schema, TEXT, TEXT) for schema in ("json_schema", "json_object", "prompt")),
        ("json_object", "nonsense", "nonsense"),
    ],
)
def test_a_shape_is_asked_for_as_the_provider_can_and_a_text_stays_a_text(schema: str, asked: object, sent: object):
    dialect = Dialect(schema=schema)  # pyright: ignore[reportArgumentType]
    assert put({"response_format": asked}, dialect).get("response_format") == sent
