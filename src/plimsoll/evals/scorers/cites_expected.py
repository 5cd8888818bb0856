"""Do the citations contain what the case expects?"""

import msgspec

from plimsoll.datasets import expected_texts, is_within
from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class CitesExpected(msgspec.Struct, frozen=True):
    """Judges whether one of the quotations contains one of the texts in `expected.contains`."""

    name: str = "cites_expected"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass citations that hold an expected text. Does not apply without an answer or an expectation."""
        wanted = expected_texts(case)
        if not wanted or sample.output is None:
            return None
        passed = any(is_within(text, one.quote) for text in wanted for one in sample.citations)
        missing = "No quotation contains an expected text." if sample.citations else "It cites nothing."
        return judge(self.name, passed=passed, reason="" if passed else missing)


cites_expected = CitesExpected()
"""Passes an answer of which one quotation contains one of `expected.contains`: it rests on the right place."""
