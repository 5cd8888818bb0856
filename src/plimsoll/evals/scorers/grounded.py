"""Is every claim of the answer supported by what it cites? Words, numbers and dates; no model."""

import msgspec

from plimsoll.datasets import read_answer
from plimsoll.evals.grounding import Support, claims, measure_support
from plimsoll.evals.judgement import cannot_tell, judge
from plimsoll.line import Sample
from plimsoll.records import Case, Score


class Grounded(msgspec.Struct, frozen=True):
    """Judges whether the passages that an answer cites support each of its sentences that carries a claim."""

    name: str = "grounded"
    """The name that its scores carry."""
    supported_from: float = 0.8
    """Support of the weakest claim from which an answer passes."""
    unsupported_below: float = 0.6
    """Support of the weakest claim below which an answer does not pass; in between it cannot be told."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Judge the weakest claim by the cited passages. Does not apply without an answer.

        What the answer quotes word for word needs no support. A number or date that stands in none of the passages,
        and a citation of what was not retrieved, fail the answer. An answer without a claim, and support within the
        band, could not be told.
        """
        answer = read_answer(sample)
        if answer is None:
            return None
        strange = _not_retrieved(sample)
        if strange:
            return judge(self.name, passed=False, reason=f"It cites {strange!r}, which was not retrieved.")
        own_words = _without_quotations(answer, sample)
        if not own_words.strip():
            return Score(name=self.name, value=1.0, passed=True, by=self.name)
        found = [measure_support(claim, _cited_texts(sample)) for claim in claims(own_words)]
        if not found:
            return cannot_tell(self.name, "No sentence of the answer carries a claim that words could be checked for.")
        if not sample.citations:
            return judge(self.name, passed=False, reason="It claims something and cites nothing.")
        return self._judge(found)

    def _judge(self, found: list[Support]) -> Score:
        unfounded = sorted({fact for support in found for fact in support.unfounded})
        if unfounded:
            shown = ", ".join(unfounded[:5])
            return judge(self.name, passed=False, reason=f"In none of the cited passages: {shown}.")
        weakest = min(found, key=lambda support: support.value)
        if self.unsupported_below <= weakest.value < self.supported_from:
            return cannot_tell(
                self.name, f"The weakest claim is supported by {weakest.value:.2f}: a judge has to read it."
            )
        passed = weakest.value >= self.supported_from
        why = "denied by the sentence nearest to it" if weakest.is_denied else f"supported by {weakest.value:.2f} only"
        reason = "" if passed else f"The weakest claim is {why}."
        return Score(name=self.name, value=weakest.value, passed=passed, by=self.name, reason=reason)


def _without_quotations(answer: str, sample: Sample) -> str:
    """Return what the answer says in its own words, white space folded; a blank line stands for each quotation.

    Only quotations that carry a claim are taken out: a single word is found anywhere and proves nothing.
    """
    rest = _fold(answer)
    quotes = {_fold(one.quote) for one in sample.citations if claims(one.quote)}
    for quote in sorted(quotes, key=len, reverse=True):
        rest = rest.replace(quote, "\n\n")
    return rest


def _fold(text: str) -> str:
    return " ".join(text.split())


def _not_retrieved(sample: Sample) -> str:
    """Return the source of the first citation of a passage that was not retrieved; empty when there is none."""
    retrieved = {chunk_id for passage in sample.passages for chunk_id in passage.chunk_ids()}
    return next((one.source for one in sample.citations if one.chunk_id not in retrieved), "")


def _cited_texts(sample: Sample) -> list[str]:
    """Return the text of each cited passage once, and the quotations themselves."""
    cited = {one.chunk_id for one in sample.citations}
    texts = [passage.text for passage in sample.passages if not cited.isdisjoint(passage.chunk_ids())]
    return texts + [one.quote for one in sample.citations]


grounded = Grounded()
"""Passes an answer whose every claim is supported by the passages it cites; an unfounded number fails it outright."""
