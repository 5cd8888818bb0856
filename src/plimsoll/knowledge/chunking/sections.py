"""Where a document must be cut whatever the strategy: at headings and pages. Also the line of context above a chunk."""

import bisect
from collections.abc import Iterator, Sequence

import msgspec

from plimsoll.knowledge.chunking.chunk import TokenReader
from plimsoll.knowledge.parse.document import Heading, PageStart, ParsedDocument

_LONGEST_CONTEXT_CHARACTERS = 160


class Section(msgspec.Struct, frozen=True):
    """Text under one path of headings on one page, the heading's own line left out."""

    start: int
    """First character."""
    end: int
    """One past the last character."""
    heading: tuple[str, ...]
    """The headings above it, outermost first."""
    page: int | None
    """Its page, counted from 1; None for documents without pages."""


def sections_of(document: ParsedDocument) -> Iterator[Section]:
    """Yield the sections that hold text, in order."""
    marks = sorted(
        {document.body_start, *(heading.start for heading in document.headings), *(p.start for p in document.pages)}
    )
    for start, end in zip(marks, [*marks[1:], len(document.text)], strict=True):
        heading = _heading_at(document.headings, start)
        path = heading.path if heading else ()
        body = max(start, heading.end) if heading else start
        if document.text[body:end].strip():
            yield Section(body, end, path, page_at(document.pages, start))


def _heading_at(headings: Sequence[Heading], offset: int) -> Heading | None:
    index = bisect.bisect_right(headings, offset, key=lambda heading: heading.start)
    return headings[index - 1] if index else None


def page_at(pages: Sequence[PageStart], offset: int) -> int | None:
    """Return the number of the page on which the character stands; None for a document without pages."""
    index = bisect.bisect_right(pages, offset, key=lambda page: page.start)
    return pages[index - 1].number if index else None


def context_of(title: str, heading: Sequence[str]) -> str:
    """Return the line that is put before a chunk's text for embedding and full-text search: `title: heading > …`."""
    names = [name for name in heading if name != title]
    context = f"{title}: {' > '.join(names)}" if names else title
    return context[:_LONGEST_CONTEXT_CHARACTERS]


def fit_context(context: str, reader: TokenReader) -> str:
    """Return as much of the context as leaves half of the embedder's limit to the text."""
    while context and reader.count_tokens(context) > reader.max_tokens // 2:
        context = context[: len(context) // 2]
    return context
