"""Cuts a parsed document into chunks as a `Chunking` says: one section and one page each, within the embedder's limit.

`ingest` calls it. Pure: the embedder's tokenizer comes in as a `TokenReader`. It embeds and stores nothing.
"""

import bisect
import itertools
from collections.abc import Iterator, Sequence

import msgspec

from plimsoll.knowledge.chunking.choice import Chunking
from plimsoll.knowledge.chunking.chunk import Chunk, Piece, TokenReader
from plimsoll.knowledge.chunking.grouping import GROUPINGS, Group
from plimsoll.knowledge.chunking.pieces import SPECIAL_TOKENS, PieceCutter
from plimsoll.knowledge.chunking.sections import Section, context_of, fit_context, sections_of
from plimsoll.knowledge.chunking.tables import TablePart, split_tables
from plimsoll.knowledge.parse.document import CodeBlock, ParsedDocument
from plimsoll.text import SentenceSpan, sentences

_DEFAULT = Chunking()


class _Part(msgspec.Struct, frozen=True):
    """A stretch of one section that is cut by itself, with the sentences or rows that it is made of."""

    section: Section
    number: int
    start: int
    end: int
    context: str
    context_tokens: int
    spans: tuple[SentenceSpan, ...]


def chunk_document(document: ParsedDocument, *, reader: TokenReader, chunking: Chunking = _DEFAULT) -> list[Chunk]:
    """Return the chunks in order; with its context, none takes more than `reader.max_tokens`.

    Together they hold all text but headings' own lines, front matter and white space. Only a text of which a single
    character does not fit makes a chunk that says it is truncated.
    """
    return _Cut(document, reader, chunking).chunks()


def describe_truncation(chunks: Sequence[Chunk], *, max_tokens: int) -> str:
    """Return a sentence on the chunks that the embedder does not read to their ends; empty where there are none."""
    count = sum(chunk.is_truncated for chunk in chunks)
    if not count:
        return ""
    return f"The embedding model reads {max_tokens} tokens; {count} of {len(chunks)} chunks go on beyond them."


class _Cut:
    """One document on its way to chunks."""

    def __init__(self, document: ParsedDocument, reader: TokenReader, chunking: Chunking) -> None:
        self._document = document
        self._text = document.text
        self._reader = reader
        self._chunking = chunking
        self._cutter = PieceCutter(document.text, reader)
        self._contexts: dict[str, tuple[str, int]] = {}

    def chunks(self) -> list[Chunk]:
        """Return the chunks in order."""
        parts = list(self._parts())
        by_words = self._chunking.strategy == "fixed"
        spans = () if by_words else [span for part in parts for span in part.spans]
        counts = iter(self._cutter.count(spans))
        made: list[Chunk] = []
        section, before = -1, (-1, 0)
        for part in parts:
            for group in self._groups(part, list(itertools.islice(counts, len(part.spans)))):
                section += (part.number, group.parent) != before
                before = (part.number, group.parent)
                made.extend(self._as_chunks(group.pieces, part, section))
        return made

    def _parts(self) -> Iterator[_Part]:
        for number, section in enumerate(sections_of(self._document)):
            context = context_of(self._document.title, section.heading) if self._chunking.context else ""
            for block in self._blocks(section):
                shown, tokens = self._context("\n".join(filter(None, (context, block.header))))
                spans = block.rows or tuple(_moved(sentences(self._text[block.start : block.end]), block.start))
                yield _Part(section, number, block.start, block.end, shown, tokens, spans)

    def _blocks(self, section: Section) -> Iterator[TablePart]:
        if self._chunking.strategy == "table_rows":
            return split_tables(self._text, section.start, section.end)
        return iter((TablePart(section.start, section.end),))

    def _context(self, context: str) -> tuple[str, int]:
        if context not in self._contexts:
            shown = fit_context(context, self._reader)
            self._contexts[context] = (shown, self._reader.count_tokens(shown))
        return self._contexts[context]

    def _groups(self, part: _Part, counts: Sequence[int]) -> Iterator[Group]:
        room = max(self._reader.max_tokens - part.context_tokens, 1)
        if self._chunking.strategy == "fixed":
            pieces = list(self._cutter.words(SentenceSpan(part.start, part.end), room=room))
        else:
            spans = zip(part.spans, counts, strict=True)
            pieces = [piece for span, count in spans for piece in self._cutter.fitting(span, count, room=room)]
        return GROUPINGS[self._chunking.strategy](pieces, self._chunking, room)

    def _as_chunks(self, pieces: Sequence[Piece], part: _Part, section: int) -> Iterator[Chunk]:
        tokens = part.context_tokens + sum(piece.tokens for piece in pieces)
        if _may_join(pieces):
            # A word that was cut counts otherwise once its parts stand together again.
            body = self._text[pieces[0].span.start : pieces[-1].span.end]
            tokens = max(tokens, part.context_tokens + self._reader.count_tokens(body) - SPECIAL_TOKENS)
        if tokens > self._reader.max_tokens and len(pieces) > 1:
            middle = len(pieces) // 2
            yield from self._as_chunks(pieces[:middle], part, section)
            yield from self._as_chunks(pieces[middle:], part, section)
            return
        yield self._as_chunk(pieces, part, section=section, tokens=tokens)

    def _as_chunk(self, pieces: Sequence[Piece], part: _Part, *, section: int, tokens: int) -> Chunk:
        start, end = pieces[0].span.start, pieces[-1].span.end
        spans = [piece.span for piece in pieces]
        if self._chunking.strategy == "fixed":
            spans = _clipped(part.spans, start, end)
        prose = [span for span in spans if not _is_code(span, self._document.code)]
        return Chunk(
            start=start,
            end=end,
            heading=part.section.heading,
            page=part.section.page,
            sentences=tuple(_moved(prose or spans, -start)),
            context=part.context,
            section=section,
            tokens=tokens,
            is_cut=_cuts(part.spans, start) or _cuts(part.spans, end),
            is_truncated=tokens > self._reader.max_tokens,
        )


def _may_join(pieces: Sequence[Piece]) -> bool:
    return any(before.span.end == after.span.start for before, after in itertools.pairwise(pieces))


def _moved(spans: Sequence[SentenceSpan], shift: int) -> Iterator[SentenceSpan]:
    return (SentenceSpan(span.start + shift, span.end + shift) for span in spans)


def _clipped(spans: Sequence[SentenceSpan], start: int, end: int) -> list[SentenceSpan]:
    first = bisect.bisect_right(spans, start, key=lambda span: span.end)
    after = bisect.bisect_left(spans, end, key=lambda span: span.start)
    return [SentenceSpan(max(span.start, start), min(span.end, end)) for span in spans[first:after]]


def _cuts(spans: Sequence[SentenceSpan], offset: int) -> bool:
    """Tell whether the offset stands within a span, its ends left out."""
    index = bisect.bisect_left(spans, offset, key=lambda span: span.end)
    return index < len(spans) and spans[index].start < offset < spans[index].end


def _is_code(span: SentenceSpan, code: Sequence[CodeBlock]) -> bool:
    index = bisect.bisect_right(code, span.start, key=lambda block: block.start)
    return index > 0 and span.start < code[index - 1].end
