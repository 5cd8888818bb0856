"""Does the answer cite at least one passage, and none that was not retrieved?"""

import msgspec

from plimsoll.evals.judgement import judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class CitesASource(msgspec.Struct, frozen=True):
    """Judges whether an answer rests on a verified quotation of what was retrieved for it."""

    name: str = "cites_a_source"
    """The name that its scores carry."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Pass an answer with a citation, all of retrieved passages. Does not apply without an answer."""
        if sample.output is None:
            return None
        retrieved = {chunk_id for passage in sample.passages for chunk_id in passage.chunk_ids()}
        strange = [one.source for one in sample.citations if one.chunk_id not in retrieved]
        if strange:
            return judge(self.name, passed=False, reason=f"It cites {strange[0]!r}, which was not retrieved.")
        reason = "" if sample.citations else "It cites nothing."
        return judge(self.name, passed=bool(sample.citations), reason=reason)


cites_a_source = CitesASource()
"""Passes an answer that cites at least one retrieved passage word for word, and nothing that was not retrieved."""
