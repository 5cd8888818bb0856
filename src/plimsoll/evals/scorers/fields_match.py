"""Do the fields of an answer hold what the case expects, one by one?"""

import math
from collections.abc import Mapping
from typing import cast

import msgspec

from plimsoll.datasets import normalise
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class FieldsMatch(msgspec.Struct, frozen=True):
    """Judges which share of the fields in `expected.fields` the output holds: for extraction and pre-filled forms."""

    name: str = "fields_match"
    """The name that its scores carry."""
    tolerances: Mapping[str, float] = {}
    """How far a number may be off, by field and in the field's own unit; 0 for fields that are not named."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return the share of fields that match; all of them pass. Does not apply without an answer or an expectation.

        A name with dots leads into objects, and a number into lists (`lines.0.total`). Texts are compared without
        case, articles and punctuation, numbers within their tolerance, everything else as it is.
        """
        wanted = case.expected.get("fields")
        if not isinstance(wanted, dict) or not wanted or sample.output is None:
            return None
        fields = cast("dict[str, object]", wanted)
        wrong = [name for name, value in fields.items() if not self._holds(name, value, sample.output)]
        return Score(
            name=self.name,
            value=1 - len(wrong) / len(fields),
            passed=not wrong,
            by=self.name,
            reason=f"Different: {', '.join(wrong)}." if wrong else "",
        )

    def _holds(self, name: str, wanted: object, output: Mapping[str, object]) -> bool:
        given = _follow(output, name.split("."))
        if _is_number(wanted) and _is_number(given):
            distance = abs(cast("float", wanted) - cast("float", given))
            return distance <= self.tolerances.get(name, 0.0) or math.isclose(distance, 0.0, abs_tol=1e-12)
        if isinstance(wanted, str) and isinstance(given, str):
            return normalise(wanted) == normalise(given)
        return type(wanted) is type(given) and wanted == given


def _follow(value: object, path: list[str]) -> object:
    """Return what stands at the path; None where it leads nowhere."""
    for step in path:
        if isinstance(value, Mapping):
            value = cast("Mapping[str, object]", value).get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(cast("list[object]", value)):
            value = cast("list[object]", value)[int(step)]
        else:
            return None
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


fields_match = FieldsMatch()
"""Share of `expected.fields` that the output holds; passes when all do."""
