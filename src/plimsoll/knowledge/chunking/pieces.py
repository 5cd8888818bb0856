"""Cuts a span of text into pieces that each fit: sentences, lines of one that is too long, then halves at words.

Tokens are counted in batches: one call of the tokenizer a document for what fits, one a level for what does not.
"""

import bisect
import re
from collections.abc import Iterable, Iterator, Sequence

from plimsoll.knowledge.chunking.chunk import Piece, TokenReader
from plimsoll.text import SentenceSpan

SPECIAL_TOKENS = 2
"""Marks that a model puts around a text, and that every count includes."""

_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s")
_MOST_CHARACTERS_PER_TOKEN = 20
_AT_ONCE = 2048


class PieceCutter:
    """Cuts spans of one text into pieces; `room` is what a piece may take at most."""

    def __init__(self, text: str, reader: TokenReader) -> None:
        self._text = text
        self._reader = reader

    def count(self, spans: Sequence[SentenceSpan]) -> list[int]:
        """Return the tokens of each span, the model's own marks left out."""
        # A word of over 100 characters (an image in base64, say) is one token, [UNK], however long; its chunk must
        # not be. So a span counts at least a token for each 20 characters.
        counted: list[int] = []
        for first in range(0, len(spans), _AT_ONCE):
            part = spans[first : first + _AT_ONCE]
            tokens = self._reader.count_each([self._text[span.start : span.end] for span in part])
            counted.extend(max(count - SPECIAL_TOKENS, _fewest(span)) for span, count in zip(part, tokens, strict=True))
        return counted

    def fitting(self, span: SentenceSpan, tokens: int, *, room: int) -> Iterator[Piece]:
        """Yield the span whole where it fits, else its lines, and halves of those that do not."""
        if tokens <= room:
            yield Piece(span, tokens)
            return
        lines = list(_runs(_LINE.finditer(self._text, span.start, span.end)))
        for line, count in zip(lines, self.count(lines), strict=True):
            yield from self._halved(line, count, room=room)

    def words(self, span: SentenceSpan, *, room: int) -> Iterator[Piece]:
        """Yield the words of the span; one that does not fit is halved."""
        starts = [span.start + start for start, _ in self._reader.token_offsets(self._text[span.start : span.end])]
        for match in _WORD.finditer(self._text, span.start, span.end):
            word = SentenceSpan(match.start(), match.end())
            inside = bisect.bisect_left(starts, word.end) - bisect.bisect_left(starts, word.start)
            yield from self._halved(word, max(inside, _fewest(word)), room=room)

    def _halved(self, span: SentenceSpan, tokens: int, *, room: int) -> Iterator[Piece]:
        if tokens <= room or span.end - span.start <= 1:
            yield Piece(span, tokens)
            return
        middle = self._middle(span)
        halves = [
            *_runs(_LINE.finditer(self._text, span.start, middle)),
            *_runs(_LINE.finditer(self._text, middle, span.end)),
        ]
        for half, count in zip(halves, self.count(halves), strict=True):
            yield from self._halved(half, count, room=room)

    def _middle(self, span: SentenceSpan) -> int:
        half = (span.start + span.end) // 2
        near = half + (span.end - span.start) // 4
        gap = _SPACE.search(self._text, half, near)
        return gap.end() if gap else half


def _fewest(span: SentenceSpan) -> int:
    return -(-(span.end - span.start) // _MOST_CHARACTERS_PER_TOKEN)


def _runs(matches: Iterable[re.Match[str]]) -> Iterator[SentenceSpan]:
    for match in matches:
        kept = match.group().strip()
        if kept:
            first = match.start() + match.group().index(kept[0])
            yield SentenceSpan(first, first + len(kept))
