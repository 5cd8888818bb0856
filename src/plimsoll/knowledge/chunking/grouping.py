"""How each strategy puts the pieces of a section together into chunks. Pure: pieces in, groups of pieces out."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from plimsoll.knowledge.chunking.choice import Chunking, Strategy
from plimsoll.knowledge.chunking.chunk import Piece


class Group(msgspec.Struct, frozen=True):
    """Pieces that become one chunk."""

    pieces: Sequence[Piece]
    """In order; never empty."""
    parent: int = 0
    """Number of the parent within the section, counted from 0."""


Grouping = Callable[[Sequence[Piece], Chunking, int], Iterator[Group]]
"""Groups the pieces of a section: pieces, chunking, and the tokens that a chunk may take at most."""


def group_evenly(pieces: Sequence[Piece], chunking: Chunking, room: int) -> Iterator[Group]:
    """Divide evenly into groups of about the wanted tokens, so that none is a leftover line."""
    yield from (Group(group) for group in _evenly(pieces, min(chunking.tokens, room)))


def group_by_parents(pieces: Sequence[Piece], chunking: Chunking, room: int) -> Iterator[Group]:
    """Divide evenly into parents, and each parent evenly into children."""
    for number, parent in enumerate(_evenly(pieces, chunking.parent_tokens)):
        yield from (Group(child, number) for child in _evenly(parent, min(chunking.tokens, room)))


def group_in_windows(pieces: Sequence[Piece], chunking: Chunking, room: int) -> Iterator[Group]:
    """Slide a window of sentences over the section; one that would not fit is shorter."""
    first = 0
    while first < len(pieces):
        after = _reach(pieces, first, room=room, most=chunking.sentences)
        yield Group(pieces[first:after])
        if after == len(pieces):
            return
        first = max(first + 1, after - chunking.overlap)


def group_by_tokens(pieces: Sequence[Piece], chunking: Chunking, room: int) -> Iterator[Group]:
    """Fill each group with words up to the wanted tokens, and repeat the last of them in the next."""
    size = min(chunking.tokens, room)
    first = 0
    while first < len(pieces):
        after = _reach(pieces, first, room=size, most=len(pieces))
        yield Group(pieces[first:after])
        if after == len(pieces):
            return
        first = max(first + 1, _step_back(pieces, after, tokens=min(chunking.overlap, size // 2)))


def _evenly(pieces: Sequence[Piece], target: int) -> Iterator[list[Piece]]:
    total = sum(piece.tokens for piece in pieces)
    share = total / max(1, -(-total // target))
    group: list[Piece] = []
    size = 0
    for piece in pieces:
        overshoots = size + piece.tokens > target
        is_full = size >= share or (size + piece.tokens / 2 > share)
        if group and (overshoots or is_full):
            yield group
            group, size = [], 0
        group.append(piece)
        size += piece.tokens
    if group:
        yield group


def _reach(pieces: Sequence[Piece], first: int, *, room: int, most: int) -> int:
    after, size = first + 1, pieces[first].tokens
    while after < len(pieces) and after - first < most and size + pieces[after].tokens <= room:
        size += pieces[after].tokens
        after += 1
    return after


def _step_back(pieces: Sequence[Piece], after: int, *, tokens: int) -> int:
    first, size = after, 0
    while first > 0 and size + pieces[first - 1].tokens <= tokens:
        first -= 1
        size += pieces[first].tokens
    return first


GROUPINGS: dict[Strategy, Grouping] = {
    "headings": group_evenly,
    "sentence_window": group_in_windows,
    "fixed": group_by_tokens,
    "table_rows": group_evenly,
    "parent_child": group_by_parents,
}
"""How each strategy puts pieces together; `table_rows` does so with prose and rows apart."""
