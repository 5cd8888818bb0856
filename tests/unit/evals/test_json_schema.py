"""An output is held against a schema; a hostile schema could not tell, quickly, and asks no network."""

import time

import pytest

from plimsoll.records import Score
from plimsoll.scorers import JsonSchema, json_schema

from unit.evals.samples import case, sample

pytestmark = pytest.mark.anyio
DOUBLING = {
    "$defs": {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(40)} | {"d40": True},
    "$ref": "#/$defs/d0",
}


async def said(schema: object, answer: str = "Hello") -> Score | None:
    return await json_schema.score(case(schema=schema), sample(answer))


async def test_an_output_that_keeps_to_the_schema_passes_and_one_that_does_not_says_where():
    good = await said({"type": "object", "required": ["answer"]})
    bad = await said({"properties": {"answer": {"type": "string", "maxLength": 3}}})
    assert good is not None
    assert bad is not None
    assert (good.passed, bad.passed) == (True, False)
    assert bad.reason == "At $.answer: 'Hello' is too long."


async def test_a_text_of_json_is_read_and_other_text_fails():
    scorer = JsonSchema(schema={"type": "integer"}, field="answer")
    good, bad = await scorer.score(case(), sample("17")), await scorer.score(case(), sample("{"))
    assert good is not None
    assert bad is not None
    assert (good.passed, bad.passed) == (True, False)


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ({"type": "colour"}, "cannot be used"),
        ({"$ref": "https://example.com/schema.json"}, "cannot be used"),
        ({"$ref": "file:///etc/passwd"}, "cannot be used"),
        ({"$ref": "#"}, "cannot be used"),
        (DOUBLING, "more than 50,000 steps"),
        ({"properties": {"answer": {"pattern": "(a|aa)+$"}}}, "cannot be used"),
        ({"patternProperties": {"(": {}}}, "cannot be used"),
        ({"enum": ["x" * 1_100_000]}, "at most 1,000,000 are read"),
    ],
)
async def test_a_schema_that_cannot_be_used_could_not_tell_within_seconds(schema: object, reason: str):
    began = time.monotonic()
    score = await said(schema, "a" * 40 + "!")
    assert score is not None
    assert score.value is None
    assert reason in score.reason
    assert time.monotonic() - began < 5


async def test_names_of_properties_are_matched_too():
    score = await said({"patternProperties": {"^ans": {"type": "integer"}}})
    assert score is not None
    assert score.passed is False
