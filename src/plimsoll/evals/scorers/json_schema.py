"""Does the output keep to a JSON schema? By `jsonschema`, without a network and within bounds.

A schema comes from a dataset, and may be hostile or simply odd: references to other documents are not followed, a
schema that takes too many steps, goes too deep or has a pattern that searches too long could not tell.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, cast

import msgspec
import regex
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend  # pyright: ignore[reportUnknownVariableType] - it has no types
from referencing import Registry
from referencing.exceptions import Unresolvable

from plimsoll.evals.judgement import cannot_tell, judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score

_LARGEST = 1_000_000
_MOST_STEPS = 50_000
_LONGEST_SECONDS = 1.0

Keyword = Callable[..., Iterator[ValidationError] | None]
"""What checks one keyword: it takes the validator, what the keyword says, the value and the schema."""


class _Validator(Protocol):
    """What is used of a validator of jsonschema."""

    def iter_errors(self, instance: object) -> Iterator[ValidationError]:
        """Yield what breaks the schema."""
        ...

    def descend(self, instance: object, schema: object, *, path: str, schema_path: str) -> Iterator[ValidationError]:
        """Yield what breaks a part of the schema."""
        ...


class TooMuch(Exception):
    """A schema that costs more than it may."""


class JsonSchema(msgspec.Struct, frozen=True, kw_only=True):
    """Judges whether an output keeps to a schema (JSON Schema 2020-12)."""

    name: str = "json_schema"
    """The name that its scores carry."""
    schema: Mapping[str, object] | None = None
    """The schema; None: that of the case, in `expected.schema`."""
    field: str = ""
    """The output field that holds the value, or a text of JSON; empty: the whole output."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass an output that keeps to the schema. Does not apply without an answer or a schema.

        A text that is no JSON fails; a schema that is none, refers elsewhere or takes too long could not tell.
        """
        schema = self.schema if self.schema is not None else case.expected.get("schema")
        if not isinstance(schema, Mapping) or sample.output is None:
            return None
        try:
            value = self._read(sample.output)
        except ValueError as error:
            return judge(self.name, passed=False, reason=f"It is no JSON: {error}.")
        try:
            wrong = find_violation(cast("Mapping[str, object]", schema), value)
        except (SchemaError, Unresolvable, TooMuch, TimeoutError, RecursionError, ValueError, regex.error) as error:
            return cannot_tell(self.name, f"The schema cannot be used: {_first_line(error)}")
        return judge(self.name, passed=not wrong, reason=wrong)

    def _read(self, output: Mapping[str, object]) -> object:
        value = output.get(self.field) if self.field else output
        return json.loads(value) if self.field and isinstance(value, str) else value


def find_violation(schema: Mapping[str, object], value: object) -> str:
    """Return where the value breaks the schema, and how; empty where it does not.

    Raises TooMuch for a schema or value above 1 MB or too many steps, and what jsonschema raises for a schema that is
    none, that refers to another document, or that refers to itself without end.
    """
    for what, found in (("schema", schema), ("value", value)):
        size = len(json.dumps(found))
        if size > _LARGEST:
            raise TooMuch(f"the {what} has {size:,} characters; at most {_LARGEST:,} are read")
    Draft202012Validator.check_schema(schema)
    # An empty registry retrieves nothing: a reference to another document is unresolvable, and no network is asked.
    nowhere: Registry[object] = Registry()
    validator = _counted_validator()(dict(schema), registry=nowhere)
    first = next(iter(validator.iter_errors(value)), None)
    return "" if first is None else f"At {first.json_path}: {_shown(first.message)}."


def _counted_validator() -> Callable[..., _Validator]:
    """Return a validator that counts its steps and searches patterns with a deadline."""
    steps = 0

    def count(keyword: Keyword) -> Keyword:
        def counted(*asked: object) -> Iterator[ValidationError]:
            nonlocal steps
            steps += 1
            if steps > _MOST_STEPS:
                raise TooMuch(f"it takes more than {_MOST_STEPS:,} steps")
            yield from keyword(*asked) or ()

        return counted

    known = cast("Mapping[str, Keyword]", Draft202012Validator.VALIDATORS)
    keywords = {**{name: count(one) for name, one in known.items()}, "pattern": count(_match)}
    keywords |= {"patternProperties": count(_match_names)}
    return cast("Callable[..., _Validator]", extend(Draft202012Validator, keywords))


def _match(*asked: object) -> Iterator[ValidationError]:
    _, pattern, value, _ = asked
    if isinstance(value, str) and not regex.search(str(pattern), value, timeout=_LONGEST_SECONDS):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _match_names(*asked: object) -> Iterator[ValidationError]:
    validator, patterns, value, _ = asked
    if not isinstance(value, dict):
        return
    for pattern, below in cast("Mapping[str, object]", patterns).items():
        for name, one in cast("Mapping[str, object]", value).items():
            if regex.search(pattern, name, timeout=_LONGEST_SECONDS):
                yield from cast("_Validator", validator).descend(one, below, path=name, schema_path=pattern)


def _shown(message: str) -> str:
    most = 300
    return message if len(message) <= most else f"{message[: most - 1]}…"


def _first_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return _shown(said[0] if said else type(error).__name__).rstrip(".") + "."


json_schema = JsonSchema()
"""Passes an output that keeps to the JSON schema in `expected.schema`."""
