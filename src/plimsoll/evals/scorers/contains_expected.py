"""Does the answer contain what the case expects?"""

import msgspec

from plimsoll.datasets import expected_texts, is_within, read_answer
from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class ContainsExpected(msgspec.Struct, frozen=True):
    """Judges whether an answer contains one of the texts in `expected.contains`."""

    name: str = "contains_expected"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass an answer with one of the expected texts. Does not apply without an answer or an expectation."""
        wanted, answer = expected_texts(case), read_answer(sample)
        if not wanted or answer is None:
            return None
        passed = any(is_within(one, answer) for one in wanted)
        return judge(self.name, passed=passed, reason="" if passed else "No expected text stands in the answer.")


contains_expected = ContainsExpected()
"""Passes an answer that contains one of `expected.contains`, compared by whole words without case and punctuation."""
