"""Is the answer exactly what the case expects?"""

from typing import cast

import msgspec

from plimsoll.datasets import normalise, read_answer
from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class Exact(msgspec.Struct, frozen=True):
    """Judges whether an answer is `expected.exact`: a text, or an object of output fields."""

    name: str = "exact"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass an answer that equals the expectation. Does not apply without an answer or an expectation."""
        wanted, answer = case.expected.get("exact"), read_answer(sample)
        if answer is None or sample.output is None:
            return None
        if isinstance(wanted, str):
            passed = normalise(wanted) == normalise(answer)
            return judge(self.name, passed=passed, reason="" if passed else "The answer is another text.")
        if not isinstance(wanted, dict):
            return None
        fields = cast("dict[str, object]", wanted)
        wrong = [name for name, value in fields.items() if sample.output.get(name) != value]
        return judge(self.name, passed=not wrong, reason=f"Different: {', '.join(wrong)}." if wrong else "")


exact = Exact()
"""Passes an answer that equals `expected.exact`: a text, case, articles and punctuation aside, or named fields."""
