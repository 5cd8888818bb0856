"""Cuts a parsed document into chunks: whole sentences, one section and one page each, small enough for the embedder.

`ingest` calls it. Pure: the embedder's own tokenizer comes in as a function. It embeds and stores nothing.
"""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from plimsoll.knowledge.parse.document import CodeBlock, Heading, PageStart, ParsedDocument
from plimsoll.text import SentenceSpan, sentences

CountTokens = Callable[[str], int]
"""Counts the tokens of a text as the embedder does."""

_TARGET_TOKENS = 200
_LONGEST_CONTEXT_CHARACTERS = 160
_SPECIAL_TOKENS = 2
_FEWEST_BODY_TOKENS = 32
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\S+")
_PIECE_CHARACTERS = 40
_MOST_CHARACTERS_PER_TOKEN = 20


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A run of whole sentences of one section. Offsets count characters of the document's text."""

    start: int
    """First character."""
    end: int
    """One past the last character."""
    heading: tuple[str, ...]
    """The headings above it, outermost first."""
    page: int | None
    """Its page, counted from 1; None for documents without pages."""
    sentences: tuple[SentenceSpan, ...]
    """Its sentences, counted from the chunk's own first character. Code counts only where there is nothing else."""
    context: str
    """Title and headings, which are embedded and indexed with the text and never cited."""
    section: int = 0
    """Number within the document of the section that it is a part of."""


class _Section(msgspec.Struct, frozen=True):
    start: int
    end: int
    heading: tuple[str, ...]
    page: int | None


class _Piece(msgspec.Struct, frozen=True):
    span: SentenceSpan
    tokens: int


def chunk_document(document: ParsedDocument, *, count_tokens: CountTokens, max_tokens: int) -> list[Chunk]:
    """Return the chunks in order; with its context, none takes more than `max_tokens`.

    A sentence is cut only where it would not fit alone. A section is divided evenly into chunks of about 200 tokens,
    so that no chunk is a leftover line.
    """
    chunks: list[Chunk] = []
    for number, section in enumerate(_sections(document)):
        context = context_of(document.title, section.heading)
        room = max(max_tokens - count_tokens(context), _FEWEST_BODY_TOKENS)
        pieces = list(_pieces(document.text, section, count_tokens=count_tokens, room=room))
        groups = _grouped(pieces, min(_TARGET_TOKENS, room))
        cut = (_as_chunk(group, section, context=context, code=document.code) for group in groups)
        chunks.extend(msgspec.structs.replace(chunk, section=number) for chunk in cut)
    return chunks


def context_of(title: str, heading: Sequence[str]) -> str:
    """Return the line that is put before a chunk's text for embedding and full-text search: `title: heading > …`."""
    names = [name for name in heading if name != title]
    context = f"{title}: {' > '.join(names)}" if names else title
    return context[:_LONGEST_CONTEXT_CHARACTERS]


def _sections(document: ParsedDocument) -> Iterator[_Section]:
    marks = sorted(
        {document.body_start, *(heading.start for heading in document.headings), *(p.start for p in document.pages)}
    )
    for start, end in zip(marks, [*marks[1:], len(document.text)], strict=True):
        heading = _heading_at(document.headings, start)
        path = heading.path if heading else ()
        body = max(start, heading.end) if heading else start
        if document.text[body:end].strip():
            yield _Section(body, end, path, page_at(document.pages, start))


def _heading_at(headings: Sequence[Heading], offset: int) -> Heading | None:
    index = bisect.bisect_right(headings, offset, key=lambda heading: heading.start)
    return headings[index - 1] if index else None


def page_at(pages: Sequence[PageStart], offset: int) -> int | None:
    """Return the number of the page on which the character stands; None for a document without pages."""
    index = bisect.bisect_right(pages, offset, key=lambda page: page.start)
    return pages[index - 1].number if index else None


def _pieces(text: str, section: _Section, *, count_tokens: CountTokens, room: int) -> Iterator[_Piece]:
    for span in sentences(text[section.start : section.end]):
        moved = SentenceSpan(span.start + section.start, span.end + section.start)
        yield from _fitting(text, moved, count_tokens=count_tokens, room=room)


def _fitting(text: str, span: SentenceSpan, *, count_tokens: CountTokens, room: int) -> Iterator[_Piece]:
    tokens = _count(text, span, count_tokens)
    if tokens <= room:
        yield _Piece(span, tokens)
        return
    for line in _runs(_LINE.finditer(text, span.start, span.end)):
        tokens = _count(text, line, count_tokens)
        if tokens <= room:
            yield _Piece(line, tokens)
        else:
            yield from _halved(text, line, count_tokens=count_tokens, room=room)


def _halved(text: str, span: SentenceSpan, *, count_tokens: CountTokens, room: int) -> Iterator[_Piece]:
    tokens = _count(text, span, count_tokens)
    if tokens <= room or span.end - span.start <= _PIECE_CHARACTERS:
        yield _Piece(span, tokens)
        return
    middle = _middle(text, span)
    for part in _runs(_LINE.finditer(text, span.start, middle)):
        yield from _halved(text, part, count_tokens=count_tokens, room=room)
    for part in _runs(_LINE.finditer(text, middle, span.end)):
        yield from _halved(text, part, count_tokens=count_tokens, room=room)


def _middle(text: str, span: SentenceSpan) -> int:
    half = (span.start + span.end) // 2
    gap = next((match.start() for match in _WORD.finditer(text, half, span.end) if match.start() > half), None)
    near = half + (span.end - span.start) // 4
    return gap if gap is not None and gap < near else half


def _runs(matches: Iterable[re.Match[str]]) -> Iterator[SentenceSpan]:
    for match in matches:
        kept = match.group().strip()
        if kept:
            first = match.start() + match.group().index(kept[0])
            yield SentenceSpan(first, first + len(kept))


def _count(text: str, span: SentenceSpan, count_tokens: CountTokens) -> int:
    # A word of over 100 characters (an image in base64, say) is one token, [UNK], however long; its chunk must not be.
    at_least = -(-(span.end - span.start) // _MOST_CHARACTERS_PER_TOKEN)
    return max(count_tokens(text[span.start : span.end]) - _SPECIAL_TOKENS, at_least)


def _grouped(pieces: Sequence[_Piece], target: int) -> Iterator[list[_Piece]]:
    total = sum(piece.tokens for piece in pieces)
    share = total / max(1, -(-total // target))
    group: list[_Piece] = []
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


def _as_chunk(group: Sequence[_Piece], section: _Section, *, context: str, code: Sequence[CodeBlock]) -> Chunk:
    start, end = group[0].span.start, group[-1].span.end
    prose = [piece for piece in group if not _is_code(piece.span, code)]
    return Chunk(
        start=start,
        end=end,
        heading=section.heading,
        page=section.page,
        sentences=tuple(SentenceSpan(piece.span.start - start, piece.span.end - start) for piece in prose or group),
        context=context,
    )


def _is_code(span: SentenceSpan, code: Sequence[CodeBlock]) -> bool:
    index = bisect.bisect_right(code, span.start, key=lambda block: block.start)
    return index > 0 and span.start < code[index - 1].end
