"""Features that answer from documents: retrieve, prompt, chat, parse, verify the quotations. Called by the runner.

An answer leaves only with a quotation that stands in a passage retrieved for this request.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from opentelemetry.trace import Tracer
from pydantic import BaseModel

from plimsoll.features.draft import Draft, draft_empty, draft_unusable
from plimsoll.features.exchange import Exchange
from plimsoll.features.failures import Failures
from plimsoll.features.models import Quote
from plimsoll.features.retrieval import Retriever
from plimsoll.knowledge import CitationCheck, verify_quotes
from plimsoll.records import Outcome, Passage, Principal

Out = TypeVar("Out", bound=BaseModel)

_NOTHING = "The corpus holds no document that you may read yet: `plimsoll ingest` reads them in."
_NO_ANSWER = "The documents do not answer this; these passages come nearest."
_NO_GROUND = "The model's answer rests on no quotation that stands in the documents; these passages come nearest."


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[Out]):
    """Everything that answering one question from documents needs."""

    exchange: Exchange[Out]
    """How the model is asked."""
    retriever: Retriever
    """The documents."""
    passages: int
    """How many passages go into the prompt, at most."""
    query_field: str
    """Field of the input that is searched for."""
    on: Failures
    """What happens when there is no answer."""
    tracer: Tracer
    """Where spans begin."""

    async def answer(self, value: BaseModel, caller: Principal) -> Draft[Out]:
        """Answer from what the caller may read, or abstain; raises what retrieval and the gateway raise."""
        question = str(getattr(value, self.query_field))
        found = await self.retriever.retrieve(question, passages=self.passages, caller=caller)
        self.exchange.progress.passages = found.passages
        if not found.passages or not found.is_answerable:
            return draft_empty(_NO_ANSWER if found.passages else _NOTHING, on=self.on)
        parsed = await self.exchange.ask(value, found.passages, question=question)
        if parsed.value is None:
            return draft_unusable(parsed.problem, on=self.on)
        if _has_abstained(parsed.value):
            return draft_empty(_NO_ANSWER, on=self.on)
        return self._cite(parsed.value, found.passages)

    def _cite(self, value: Out, passages: tuple[Passage, ...]) -> Draft[Out]:
        check = self._verify(value, passages)
        if not check.citations:
            return draft_empty(_NO_GROUND, on=self.on)
        return Draft(outcome=Outcome.ANSWERED, value=_without_rejected(value, check), citations=check.citations)

    def _verify(self, value: BaseModel, passages: tuple[Passage, ...]) -> CitationCheck:
        with self.tracer.start_as_current_span("cite") as span:
            check = verify_quotes(_quotes_of(value), passages)
            span.set_attributes({"plimsoll.kind": "cite", "plimsoll.citation_count": len(check.citations)})
            for rejected in check.rejected:
                span.add_event("quote_rejected", {"plimsoll.reason": rejected.reason})
            return check


def _has_abstained(output: BaseModel) -> bool:
    """Tell whether the model said that the passages hold no answer: by its flag, or by an empty answer."""
    return bool(getattr(output, "abstained", False)) or not str(getattr(output, "answer", "")).strip()


def _quotes_of(output: BaseModel) -> list[Quote]:
    return list(cast("list[Quote]", getattr(output, "quotes", ())))


def _without_rejected(value: Out, check: CitationCheck) -> Out:
    """Take quotations that stand nowhere out of the answer: a reader must not meet them as proof."""
    rejected = {(one.passage, one.quote) for one in check.rejected}
    if not rejected:
        return value
    kept = [quote for quote in _quotes_of(value) if (quote.passage, quote.quote) not in rejected]
    return value.model_copy(update={"quotes": kept})
