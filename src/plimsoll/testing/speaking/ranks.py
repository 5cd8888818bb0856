"""Reranking as Cohere, Jina and vLLM speak it."""

from typing import cast

from plimsoll.testing.said import Voice
from plimsoll.testing.seen import SeenRequest
from plimsoll.testing.speaking.spoken import Body, Spoken


def speak_rerank(_: Voice, seen: SeenRequest) -> Spoken:
    """Answer `POST /v1/rerank`: a document's score is the share of the query's words that stand in it, best first."""
    asked = set(str(seen.body.get("query", "")).lower().split())
    documents = cast("list[str]", seen.body.get("documents") or [])
    scores = [len(asked & set(text.lower().split())) / max(1, len(asked)) for text in documents]
    order = sorted(range(len(documents)), key=lambda index: -scores[index])
    results: list[Body] = [{"index": index, "relevance_score": scores[index]} for index in order]
    most = cast("int", seen.body.get("top_n") or len(results))
    return Spoken(seen=seen, body={"id": "rerank-1", "model": seen.model, "results": results[:most]})
