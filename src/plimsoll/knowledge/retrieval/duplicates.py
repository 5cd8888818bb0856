"""Texts that say the same: of several documents with one text, one answers and names the others. Pure.

`search` calls it on contenders that this caller may read. Two texts that differ in a number, a name or a
negation never count as the same, however alike they are: they are two facts.
"""

import functools
import re
from collections.abc import Sequence

import msgspec

from plimsoll.knowledge.retrieval.contender import Contender
from plimsoll.knowledge.retrieval.cues import is_negated, names_in
from plimsoll.text import words

_SAME_AT = 0.9
"""Share of common runs of words from which two texts are the same (resemblance, Broder 1997)."""
_RUN = 3
_ALIKE_LENGTH = 0.85
_MOST_NAMED = 10
_SPACE = re.compile(r"\s+")


class _Likeness(msgspec.Struct, frozen=True):
    folded: str
    runs: frozenset[tuple[str, ...]]
    facts: frozenset[str]
    is_negated: bool


def drop_repeats(contenders: Sequence[Contender], *, most: int) -> list[Contender]:
    """Return the first `most` contenders that say something new, in order; each names the documents that repeat it.

    Repetitions within one document stay: they stand in different places, and either may be cited.
    """
    kept: list[Contender] = []
    named: list[list[str]] = []
    for contender in contenders:
        place = next((at for at, one in enumerate(kept) if _is_repeated(one, contender)), None)
        if place is None:
            if len(kept) < most:
                kept.append(contender)
                named.append([])
        elif contender.chunk.source not in named[place]:
            named[place].append(contender.chunk.source)
    return [
        msgspec.structs.replace(one, also_in=tuple(others[:_MOST_NAMED])) if others else one
        for one, others in zip(kept, named, strict=True)
    ]


def is_same_text(one: str, other: str) -> bool:
    """Tell whether two texts say the same: but for case and white space, or nearly so with the same facts."""
    if min(len(one), len(other)) < _ALIKE_LENGTH * max(len(one), len(other)):
        return False
    left, right = _likeness(one), _likeness(other)
    if left.folded == right.folded:
        return True
    if left.facts != right.facts or left.is_negated != right.is_negated:
        return False
    together = len(left.runs | right.runs)
    return bool(together) and len(left.runs & right.runs) >= _SAME_AT * together


def _is_repeated(one: Contender, other: Contender) -> bool:
    return one.chunk.document_id != other.chunk.document_id and is_same_text(one.chunk.text, other.chunk.text)


@functools.lru_cache(maxsize=4_096)
def _likeness(text: str) -> _Likeness:
    spoken = words(text)
    return _Likeness(
        folded=_SPACE.sub(" ", text).strip().casefold(),
        runs=frozenset(zip(*(spoken[at:] for at in range(_RUN)), strict=False)),
        facts=frozenset(word for word in spoken if any(letter.isdigit() for letter in word)) | names_in(text),
        is_negated=is_negated(text),
    )
