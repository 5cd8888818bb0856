"""What the span of a retrieval says: what was asked, what was found, and what was done without. `search` writes it."""

import msgspec
from opentelemetry.trace import Span

from plimsoll.knowledge.retrieval.result import RetrievalResult


def describe_asked(span: Span, *, corpus: str, query: str) -> None:
    """Record what is asked of which corpus."""
    span.set_attribute("plimsoll.kind", "retrieval")
    span.set_attribute("gen_ai.operation.name", "retrieval")
    span.set_attribute("gen_ai.data_source.id", corpus)
    span.set_attribute("gen_ai.retrieval.query.text", query)


def describe_result(span: Span, result: RetrievalResult) -> None:
    """Record what was found, and each thing that is not there with its reason."""
    documents = [
        {"id": passage.chunk_id, "source": passage.source, "score": passage.score} for passage in result.passages
    ]
    span.set_attribute("gen_ai.retrieval.documents", msgspec.json.encode(documents).decode())
    # What a replay answers from: the documents may say something else by then, or be gone.
    span.set_attribute("plimsoll.retrieval.passages", msgspec.json.encode(result.passages).decode())
    span.set_attribute("plimsoll.answerability", result.answerability)
    span.set_attribute("plimsoll.index_seq", result.index_seq)
    span.set_attribute("plimsoll.retrieval.finding", result.finding)
    if not all(passage.is_open for passage in result.passages):
        # Whoever reads traces is shown this one only where they asked themselves: see `traces`.
        span.set_attribute("plimsoll.retrieval.is_closed", True)
    if result.questions:
        span.set_attribute("plimsoll.retrieval.questions", result.questions)
    if result.degraded:
        span.set_attribute("plimsoll.retrieval.degraded", [one.step for one in result.degraded])
    for one in result.left_out:
        span.add_event("passage left out", {"plimsoll.chunk_id": one.chunk_id, "plimsoll.reason": one.reason})
    stale = sum(passage.is_stale for passage in result.passages)
    if stale:
        span.set_attribute("plimsoll.retrieval.stale_passages", stale)
