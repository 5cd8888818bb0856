"""Is the number in the answer the expected one, within a tolerance?"""

import math
import re

import msgspec

from plimsoll.datasets import read_answer
from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score

_NUMBER = re.compile(r"[-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:[eE][-+]?\d+)?")
_ENDS_OF_UNIT = 1e-9


class NearNumber(msgspec.Struct, frozen=True):
    """Judges whether an answer gives the number in `expected.number`."""

    name: str = "near_number"
    """The name that its scores carry."""
    field: str = ""
    """The output field that holds the number; empty: the last number in the answer's text."""
    relative: float = 0.0
    """How far it may be off, as a share of the expected number."""
    absolute: float = 0.0
    """How far it may be off, in its own unit; the wider of the two counts."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass a number within the tolerance. Does not apply without an answer or an expectation.

        The number that was found is the score's label, so that a run can say how far off they are on the whole.
        """
        wanted = case.expected.get("number")
        if not isinstance(wanted, int | float) or isinstance(wanted, bool) or sample.output is None:
            return None
        given = self._read(sample)
        if given is None:
            return judge(self.name, passed=False, reason="The answer gives no number.")
        allowed = max(self.absolute, self.relative * abs(wanted))
        off = abs(given - wanted)
        passed = off <= allowed or math.isclose(given, wanted, rel_tol=_ENDS_OF_UNIT)
        reason = "" if passed else f"It says {given:g}, {off:g} off."
        return msgspec.structs.replace(judge(self.name, passed=passed, reason=reason), label=repr(given))

    def _read(self, sample: Sample) -> float | None:
        value = (sample.output or {}).get(self.field) if self.field else read_answer(sample)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if math.isfinite(value) else None
        found = _NUMBER.findall(value) if isinstance(value, str) else []
        return float(found[-1].replace(",", "").replace("\u2212", "-")) if found else None


near_number = NearNumber()
"""Passes an answer whose last number is `expected.number`."""
