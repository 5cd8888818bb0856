"""What was found for a question, measured in the same way whoever found it."""

import re
from bisect import bisect_left
from collections.abc import Sequence

import msgspec
from retrieval_kit.benches import Bench, BenchQuestion

from plimsoll.stats import ndcg_at, recall_at, reciprocal_rank

BUDGET = 800
"""Words of a retrieved context."""
_WORD = re.compile(r"\S+")


class Piece(msgspec.Struct, frozen=True):
    """A retrieved chunk."""

    document: str
    """The document it is of."""
    start: int
    """Its first character."""
    end: int
    """One past its last."""


Measured = dict[str, list[float]]
"""One value for each question, by measure."""


def measure(bench: Bench, found: Sequence[Sequence[Piece]]) -> Measured:
    """Return every measure that the set is for."""
    if any(question.spans for question in bench.questions):
        return measure_spans(bench, found)
    if bench.name == "financebench":
        hits = [float(any(piece.document in one.gold for piece in pieces[:5])) for one, pieces in _paired(bench, found)]
        return {"evidence page among the first 5": hits}
    places = [_places(one, pieces) for one, pieces in _paired(bench, found)]
    return {
        "recall@5": [recall_at(one, 5) for one in places],
        "MRR": [reciprocal_rank(one) for one in places],
        "nDCG@10": [_ndcg(one) for one in places],
    }


def measure_spans(bench: Bench, found: Sequence[Sequence[Piece]]) -> Measured:
    """Return recall, precision and intersection over union of words, where chunks fill a context of 800 words.

    Chunks are taken best first, and the last is cut where the context is full; what two chunks share counts once.
    """
    words = {one.id: [match.start() for match in _WORD.finditer(one.text)] for one in bench.documents}
    measured: Measured = {"word recall": [], "word precision": [], "word IoU": []}
    for question, pieces in _paired(bench, found):
        needed = {word for span in question.spans for word in _words_of(Piece(*span), words)}
        context = _fill(pieces, words)
        both = len(needed & context)
        measured["word recall"].append(both / len(needed))
        measured["word precision"].append(both / len(context) if context else 0.0)
        measured["word IoU"].append(both / len(needed | context))
    return measured


def _fill(pieces: Sequence[Piece], words: dict[str, list[int]]) -> set[tuple[str, int]]:
    context: set[tuple[str, int]] = set()
    for piece in pieces:
        for word in _words_of(piece, words):
            if len(context) >= BUDGET:
                return context
            context.add(word)
    return context


def _words_of(piece: Piece, words: dict[str, list[int]]) -> list[tuple[str, int]]:
    starts = words[piece.document]
    return [
        (piece.document, place) for place in range(bisect_left(starts, piece.start), bisect_left(starts, piece.end))
    ]


def _places(question: BenchQuestion, pieces: Sequence[Piece]) -> tuple[int | None, ...]:
    """Return the place of each gold document, counting each document once."""
    order = list(dict.fromkeys(piece.document for piece in pieces))
    return tuple(order.index(gold) + 1 if gold in order else None for gold in question.gold)


def _ndcg(places: Sequence[int | None]) -> float:
    found = {place for place in places if place is not None}
    gains = [float(place in found) for place in range(1, max(found, default=0) + 1)]
    return ndcg_at(gains, [1.0] * len(places), 10)


def _paired(bench: Bench, found: Sequence[Sequence[Piece]]) -> list[tuple[BenchQuestion, Sequence[Piece]]]:
    return list(zip(bench.questions, found, strict=True))
