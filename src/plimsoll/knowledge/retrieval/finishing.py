"""The last step of a retrieval: widen the contenders, pack them into the budget, and say whether they can answer.

`Searcher` calls it, in a thread. Pure.
"""

from collections.abc import Mapping, Sequence

from plimsoll.knowledge.retrieval.answerability import AnswerWeights, weights_for
from plimsoll.knowledge.retrieval.asked import Asked, Hit
from plimsoll.knowledge.retrieval.assembling import assemble
from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.retrieval.contending import Field
from plimsoll.knowledge.retrieval.packing import pack, put_in_order
from plimsoll.knowledge.retrieval.result import LeftOut, RetrievalResult
from plimsoll.knowledge.retrieval.widening import widen_all
from plimsoll.knowledge.tables.found import FoundChunk
from plimsoll.knowledge.tables.surroundings import SectionKey


def finish(
    asked: Asked,
    hit: Hit,
    ranked: Field,
    *,
    around: Mapping[SectionKey, Sequence[FoundChunk]],
    fitted: AnswerWeights,
) -> RetrievalResult:
    """Return the passages of the contenders, widened by what stands around them, and whether they can answer."""
    plan, questions = asked.plan, [search.question for search in hit.searches]
    stretches = widen_all(ranked.contenders, around, widen=plan.widen)
    packed = pack(
        stretches,
        most=plan.passages,
        token_budget=plan.token_budget,
        count_tokens=hit.side.embedder.count_tokens,
    )
    ordered = put_in_order(packed.stretches, plan.order)
    weights = weights_for(questions[0], fitted)
    made = assemble(hit.snapshot, questions, ordered, freshness=asked.freshness, weights=weights)
    finding = made.finding
    if ranked.stale and not made.is_answerable:
        stale = widen_all(ranked.stale, {}, widen="none")
        old = assemble(hit.snapshot, questions, stale, freshness=asked.freshness, weights=weights)
        finding = "stale" if old.is_answerable else "irrelevant"
    texts = tuple(question.text for question in questions)
    return RetrievalResult(
        passages=made.passages,
        answerability=made.answerability,
        is_answerable=made.is_answerable,
        index_seq=hit.snapshot.manifest.seq,
        finding=finding,
        questions=texts if texts != (asked.text,) else (),
        left_out=(*(_too_old(one) for one in ranked.stale), *packed.left_out),
        degraded=asked.attempt.dropped,
        tokens=packed.tokens,
        found_by={one.best.chunk.id: one.best.found_by for one in ordered},
        signals=made.signals,
        answerable_at=weights.answerable_at,
    )


def _too_old(contender: Contender) -> LeftOut:
    return LeftOut(chunk_id=contender.chunk.id, source=contender.chunk.source, reason="stale")
