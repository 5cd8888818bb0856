"""A document as its parser hands it on: text, title, headings and pages, with exact offsets into the text.

`parse` makes it, `chunk` cuts it. It does not know where it is stored.
"""

import msgspec


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and where its section begins."""

    start: int
    """First character of the heading's line."""
    end: int
    """One past the heading's line; the section's own text begins here."""
    path: tuple[str, ...]
    """The headings above it and itself, outermost first."""


class PageStart(msgspec.Struct, frozen=True, kw_only=True):
    """Where a page begins."""

    start: int
    """First character of the page."""
    number: int
    """The page's number, counted from 1."""


class CodeBlock(msgspec.Struct, frozen=True, kw_only=True):
    """A block of code, its fences included."""

    start: int
    """First character."""
    end: int
    """One past the last character."""


class ParsedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a parser read. Every offset counts characters of `text`."""

    text: str
    """The text that citations point into; for Markdown and plain text, the file's own text."""
    title: str
    """The title that the document gives itself, or one made from its name."""
    headings: tuple[Heading, ...] = ()
    """Headings in the order of the text; empty for formats without them."""
    pages: tuple[PageStart, ...] = ()
    """Pages in order; empty for formats without them."""
    code: tuple[CodeBlock, ...] = ()
    """Blocks of code in order; they are searched and may be cited, but hold no sentence to answer with."""
    body_start: int = 0
    """First character that is content: front matter lies before it."""
    notes: tuple[str, ...] = ()
    """What had to be guessed on the way, e.g. the encoding; shown to whoever ingests."""
    truncated: str = ""
    """What of the file was left out because of a limit, in a sentence; empty where nothing was."""
