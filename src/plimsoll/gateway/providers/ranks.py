"""Reranking on the wire that Cohere, Jina and vLLM share: `POST rerank` as JSON, scores out of its answer. Pure."""

import math
from collections.abc import Sequence

import msgspec

from plimsoll.errors import ProviderRefused, UnusableAnswer
from plimsoll.gateway.provider import Reranked
from plimsoll.gateway.providers.failure import say_error, shorten
from plimsoll.gateway.target import ModelTarget


class _Ranked(msgspec.Struct):
    index: int
    relevance_score: float


class _Ranking(msgspec.Struct):
    results: list[_Ranked] = []
    model: str | None = None
    error: dict[str, object] | str | None = None


def write_rerank(question: str, texts: Sequence[str], target: ModelTarget) -> bytes:
    """Return the body of a rerank request that asks for a score of every text."""
    return msgspec.json.encode(
        {
            "model": target.model,
            "query": question,
            "documents": list(texts),
            "top_n": len(texts),
            "return_documents": False,
        }
    )


def read_rerank(body: bytes, *, provider: str, target: ModelTarget, count: int) -> Reranked:
    """Return the scores in a response's body, in the order of the texts.

    Raises UnusableAnswer where there is not one finite score for each text.
    """
    try:
        answer = msgspec.json.decode(body, type=_Ranking)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnusableAnswer(f"The answer of {provider!r} cannot be read: {error}.") from error
    if answer.error is not None:
        raise ProviderRefused(f"{provider!r} refused {target.model!r}: {shorten(say_error(answer.error))}.")
    scores = {ranked.index: ranked.relevance_score for ranked in answer.results}
    if len(answer.results) != count or set(scores) != set(range(count)) or not all(map(math.isfinite, scores.values())):
        raise UnusableAnswer(f"{provider!r} answered {count} texts with scores of {len(scores)} of them.")
    return Reranked(scores=tuple(scores[place] for place in range(count)), model=answer.model or target.model)
