"""Does the feature keep silent exactly where it should?"""

import msgspec

from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Outcome, Score

_SILENT = frozenset({Outcome.ABSTAINED, Outcome.HANDED_TO_HUMAN})
_SPOKEN = frozenset({Outcome.ANSWERED, Outcome.DEGRADED})


class AbstainsWhenExpected(msgspec.Struct, frozen=True):
    """Judges whether the outcome is what `expected.abstain` says: silence where true, an answer where false."""

    name: str = "abstains_when_expected"
    """The name that its scores carry."""
    judges_abstentions: bool = True
    """A pass rate of this scorer reads abstentions as well as answers."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass the expected outcome. Does not apply without an expectation, nor to a failure or a refusal."""
        wanted = case.expected.get("abstain")
        if not isinstance(wanted, bool) or sample.outcome not in _SILENT | _SPOKEN:
            return None
        is_silent = sample.outcome in _SILENT
        reason = (
            "" if is_silent is wanted else ("It should have answered." if is_silent else "It should have abstained.")
        )
        return judge(self.name, passed=is_silent is wanted, reason=reason)


abstains_when_expected = AbstainsWhenExpected()
"""Passes a request that abstains where `expected.abstain` is true and answers where it is false."""
