"""Features that answer from documents: retrieve, prompt, chat, parse, verify the quotations. Called by the runner.

An answer leaves only with a quotation that stands in a passage retrieved for this request.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from opentelemetry.trace import Tracer, get_current_span
from pydantic import BaseModel

from plimsoll.features.conversation import read_conversation
from plimsoll.features.draft import Draft, draft_empty, draft_irrelevant, draft_stale, draft_unusable
from plimsoll.features.exchange import Exchange
from plimsoll.features.failures import Failures
from plimsoll.features.models import Quote
from plimsoll.features.retrieval import Retrieved, Retriever
from plimsoll.features.warnings import warn
from plimsoll.knowledge import CitationCheck, RetrievalPlan, verify_quotes
from plimsoll.records import Outcome, Passage, Principal

Out = TypeVar("Out", bound=BaseModel)

_NOTHING = "The corpus holds no document that you may read yet: `plimsoll ingest` reads them in."
_TOO_OLD = "What answers this was not checked at its source for longer than that source allows."
_GONE = "A document that the answer cites was removed or closed while the answer was written; ask again."
_NO_ANSWER = "The documents do not answer this; these passages come nearest."
_NO_GROUND = "The model's answer rests on no quotation that stands in the documents; these passages come nearest."


@dataclass(frozen=True, kw_only=True)
class Reading(Generic[Out]):
    """Everything that answering one question from documents needs."""

    exchange: Exchange[Out]
    """How the model is asked."""
    retriever: Retriever
    """The documents."""
    plan: RetrievalPlan
    """How passages are found."""
    query_field: str
    """Field of the input that is searched for."""
    conversation_field: str
    """Field of the input that holds what was said before; empty: none does."""
    on: Failures
    """What happens when there is no answer."""
    tracer: Tracer
    """Where spans begin."""

    async def answer(self, value: BaseModel, caller: Principal) -> Draft[Out]:
        """Answer from what the caller may read, or abstain; raises what retrieval and the gateway raise."""
        question = str(getattr(value, self.query_field))
        found = await self.retriever.retrieve(
            question,
            plan=self.plan,
            caller=caller,
            conversation=read_conversation(value, self.conversation_field),
        )
        self.exchange.progress.note(found)
        if found.finding == "stale":
            return draft_stale(_TOO_OLD, on=self.on)
        if not found.passages:
            return draft_empty(_NOTHING, on=self.on)
        if not found.is_answerable:
            return draft_irrelevant(_NO_ANSWER, on=self.on)
        parsed = await self.exchange.ask(value, found.passages, question=question)
        if parsed.value is None:
            return draft_unusable(parsed.problem, on=self.on)
        if _has_abstained(parsed.value):
            return draft_irrelevant(_NO_ANSWER, on=self.on)
        return await self._cite(parsed.value, found, caller)

    async def _cite(self, value: Out, found: Retrieved, caller: Principal) -> Draft[Out]:
        check = self._verify(value, found.passages)
        shown = {chunk_id for passage in found.passages for chunk_id in passage.chunk_ids()}
        readable = await self.retriever.readable(shown, caller=caller)
        self.exchange.progress.keep(readable)
        citations = tuple(one for one in check.citations if one.chunk_id in readable)
        if len(citations) < len(check.citations):
            # Between search and answer a document was deleted or closed to the caller: the answer may rest on it.
            get_current_span().add_event("cited_document_is_gone")
            return draft_irrelevant(_GONE, on=self.on)
        if not citations:
            return draft_irrelevant(_NO_GROUND, on=self.on)
        warnings = warn(citations, found.degraded, says_age=self.on.stale == "warn")
        return Draft(
            outcome=Outcome.ANSWERED, value=_without_rejected(value, check), citations=citations, warnings=warnings
        )

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
