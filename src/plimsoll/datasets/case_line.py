"""One line of a dataset: read with an error that names file, line and field, and written in one canonical form.

Called by `dataset`. It knows which fields a case has and what the built-in scorers expect of `expected`; it knows
nothing of any feature's input model.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from typing import NoReturn, cast

import msgspec
import regex

from plimsoll.datasets.evidence import read_evidence
from plimsoll.errors import InvalidDataset, nearest_name, one_of
from plimsoll.records import Case

FIELDS = ("id", "input", "expected", "tags", "cluster", "source_trace_id")
"""The fields of a case; only `input` is required."""

_LONGEST_NAME = 200
_MOST_TAGS = 50
_ID_DIGITS = 12
_EVIDENCE = "a list of places, each with 'source', 'page', 'text', 'start' and 'end', or 'relevance'"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in a dataset something stands."""

    file: str
    """The file, as it was named."""
    line: int
    """The line, counted from 1."""

    def refuse(self, problem: str, next_step: str = "") -> NoReturn:
        """Raise InvalidDataset that begins with the place."""
        raise InvalidDataset(f"{self.file}:{self.line}: {problem}", next_step=next_step)


def read_case(text: str, place: Place) -> Case:
    """Return the case that the line holds; raises InvalidDataset naming the field and what is allowed."""
    fields = _read_object(text, place)
    _check_names(fields, place)
    given = _read_input(fields, place)
    return Case(
        id=_read_name(fields, "id", place) or name_case(given),
        input=given,
        expected=_read_expected(fields, place),
        tags=_read_tags(fields, place),
        cluster=_read_name(fields, "cluster", place),
        source_trace_id=_read_name(fields, "source_trace_id", place),
    )


def write_case(case: Case) -> str:
    """Return the case as one line of JSON: keys sorted, no spaces, what is empty left out."""
    fields: dict[str, object] = {"id": case.id, "input": case.input}
    rest = {"expected": case.expected, "tags": list(case.tags), "cluster": case.cluster}
    fields |= {name: value for name, value in rest.items() if value}
    if case.source_trace_id:
        fields["source_trace_id"] = case.source_trace_id
    return _canonical(fields)


def name_case(given: Mapping[str, object]) -> str:
    """Return the id of a case that has none: it follows from the input alone, so that expectations may be mended."""
    return f"case-{_hash(_canonical(given))[:_ID_DIGITS]}"


def hash_case(case: Case) -> str:
    """Return 16 hexadecimal digits that change when the input or what is expected of it does."""
    return _hash(_canonical({"input": case.input, "expected": case.expected}))[:16]


def _read_object(text: str, place: Place) -> dict[str, object]:
    try:
        found = cast("object", json.loads(text, parse_constant=_refuse_constant))
    except json.JSONDecodeError as error:
        place.refuse(f"this is not JSON: {error.msg} at column {error.colno}.", "Write one JSON object a line.")
    except (ValueError, RecursionError) as error:
        place.refuse(f"this is not JSON that can be read: {error}.", "Write one JSON object a line.")
    if not isinstance(found, dict):
        place.refuse(f"a case is a JSON object, not {_kind(found)}.", 'Write e.g. {"input": {"text": "..."}}.')
    return cast("dict[str, object]", found)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_names(fields: Mapping[str, object], place: Place) -> None:
    for name in fields:
        if name not in FIELDS:
            near = nearest_name(name, FIELDS)
            hint = f" Did you mean {near!r}?" if near else ""
            place.refuse(f"{name!r} is not a field of a case.{hint}", f"The fields are {one_of(FIELDS)}.")


def _read_input(fields: Mapping[str, object], place: Place) -> dict[str, object]:
    if "input" not in fields:
        place.refuse("the field 'input' is missing.", "It holds the feature's input, an object.")
    given = fields["input"]
    if not isinstance(given, dict):
        place.refuse(f"'input' is {_kind(given)}, not an object.", 'Write e.g. "input": {"text": "..."}.')
    return cast("dict[str, object]", given)


def _read_name(fields: Mapping[str, object], field: str, place: Place) -> str | None:
    value = fields.get(field)
    if value is None:
        return None
    if not _is_name(value):
        allowed = f"a printable text of 1 to {_LONGEST_NAME} characters without spaces around it"
        place.refuse(f"{field!r} is {_show(value)}, not {allowed}.", f"Change it, or leave {field!r} out.")
    return str(value)


def _read_tags(fields: Mapping[str, object], place: Place) -> tuple[str, ...]:
    value = fields.get("tags")
    if value is None:
        return ()
    tags = _read_list(value)
    if tags is None or len(tags) > _MOST_TAGS or not all(map(_is_name, tags)):
        place.refuse(f"'tags' is {_show(value)}, not a list of up to {_MOST_TAGS} short texts.", 'E.g. ["refunds"].')
    return tuple(str(tag) for tag in tags)


def _read_expected(fields: Mapping[str, object], place: Place) -> dict[str, object]:
    value = fields.get("expected")
    if value is None:
        return {}
    if not isinstance(value, dict):
        place.refuse(f"'expected' is {_kind(value)}, not an object.", 'E.g. "expected": {"contains": ["30 days"]}.')
    expected = cast("dict[str, object]", value)
    for name, (is_allowed, allowed) in _EXPECTATIONS.items():
        if name in expected and not is_allowed(expected[name]):
            place.refuse(f"'expected.{name}' is {_show(expected[name])}; allowed is {allowed}.")
    return expected


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and value.isprintable() and value == value.strip()


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_text_or_texts(value: object) -> bool:
    listed = _read_list(value)
    return _is_text(value) or (bool(listed) and _is_texts(value))


def _is_texts(value: object) -> bool:
    listed = _read_list(value)
    return listed is not None and all(map(_is_text, listed))


def _is_calls(value: object) -> bool:
    if not isinstance(value, list):
        return False
    calls = [cast("dict[str, object]", one) for one in cast("list[object]", value) if isinstance(one, dict)]
    known = [one for one in calls if _is_text(one.get("name")) and isinstance(one.get("arguments", {}), dict)]
    return len(known) == len(cast("list[object]", value))


def _is_verdicts(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    return all(isinstance(one, bool) for one in cast("dict[str, object]", value).values())


def _is_evidence(value: object) -> bool:
    try:
        return bool(read_evidence(value))
    except ValueError:
        return False


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        regex.compile(value)
    except regex.error:
        return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_bound(value: object) -> bool:
    return _is_number(value) and cast("float", value) > 0


def _read_list(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


_EXPECTATIONS: dict[str, tuple[Callable[[object], bool], str]] = {
    "contains": (_is_text_or_texts, 'a text or a list of texts, none empty, e.g. ["30 days"]'),
    "exact": (lambda value: _is_text(value) or isinstance(value, dict), "a text, or an object of output fields"),
    "abstain": (lambda value: isinstance(value, bool), "true or false"),
    "pattern": (_is_pattern, 'a regular expression, e.g. "^[A-Z]{2}-[0-9]+$"'),
    "fields": (lambda value: isinstance(value, dict) and value != {}, "an object of output fields, not empty"),
    "number": (_is_number, "a number"),
    "label": (_is_text, "a text, the name of a class"),
    "seconds": (_is_bound, "a number above 0"),
    "cost_usd": (_is_bound, "a number above 0"),
    "schema": (lambda value: isinstance(value, dict), "a JSON schema, an object"),
    "reference": (_is_text, "a text, an answer to compare with"),
    "refusal": (lambda value: isinstance(value, bool), "true or false"),
    "calls": (_is_calls, 'a list of calls, e.g. [{"name": "search", "arguments": {"query": "returns"}}]'),
    "output": (lambda value: isinstance(value, dict), "an object, the output that people judged"),
    "passages": (_is_texts, "a list of texts, what that output rested on"),
    "verdicts": (_is_verdicts, 'an object of true and false by judge, e.g. {"is_polite": true}'),
    "evidence": (_is_evidence, f'{_EVIDENCE}, e.g. [{{"source": "leave.md", "text": "30 days"}}]'),
}
"""What the built-in scorers read, so that a mistake is found when the dataset is loaded."""


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _kind(value: object) -> str:
    names: dict[type[object], str] = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def _show(value: object) -> str:
    shown = repr(value)
    longest = 80
    return shown if len(shown) <= longest else f"{shown[:longest]}…"
