"""Does the answer match a regular expression?"""

import msgspec
import regex

from plimsoll.datasets import read_answer
from plimsoll.evals.judgement import cannot_tell, judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score

_LONGEST_SECONDS = 1.0


class MatchesPattern(msgspec.Struct, frozen=True):
    """Judges whether the regular expression in `expected.pattern` is found in an answer."""

    name: str = "matches_pattern"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass an answer in which the pattern is found. Does not apply without an answer or a pattern.

        A pattern that searches for longer than a second could not tell.
        """
        pattern, answer = case.expected.get("pattern"), read_answer(sample)
        if not isinstance(pattern, str) or answer is None:
            return None
        try:
            found = regex.search(pattern, answer, timeout=_LONGEST_SECONDS)
        except TimeoutError:
            return cannot_tell(self.name, f"The pattern searched for longer than {_LONGEST_SECONDS:g} s.")
        return judge(self.name, passed=found is not None, reason="" if found else "The pattern is not found.")


matches_pattern = MatchesPattern()
"""Passes an answer in which the regular expression `expected.pattern` is found."""
