"""Is the answer the class that the case belongs to?"""

import msgspec

from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class LabelMatches(msgspec.Struct, frozen=True):
    """Judges whether an output names the class in `expected.label`: for classification and routing."""

    name: str = "label_matches"
    """The name that its scores carry."""
    field: str = "label"
    """The output field that holds the class."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass the expected class. Does not apply without an expectation, nor without an answer.

        The class that was named is the score's label, so that a run can say which are taken for which.
        """
        wanted = case.expected.get("label")
        if not isinstance(wanted, str) or sample.output is None:
            return None
        given = sample.output.get(self.field)
        found = given if isinstance(given, str) else ""
        reason = "" if found == wanted else f"It says {found!r}, not {wanted!r}."
        return msgspec.structs.replace(judge(self.name, passed=found == wanted, reason=reason), label=found)


label_matches = LabelMatches()
"""Passes an output whose field `label` is `expected.label`."""
