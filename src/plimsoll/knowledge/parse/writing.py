"""Writes the text of a document whose format is not text, and keeps the places of its headings and pages.

The parsers of Office files, mail, tables and images call it. It decides on nothing but white space and offsets.
"""

from collections.abc import Iterable

from plimsoll.errors import TooLarge
from plimsoll.knowledge.parse.document import CodeBlock, Heading, PageStart, ParsedDocument

_BLOCK_BREAK = "\n\n"
_DEEPEST_MARK = 6
_LONGEST_HEADING = 200


class DocumentWriter:
    """The text so far. Headings are written as Markdown writes them, since the chunker and readers know that form."""

    def __init__(self, *, source: str, max_characters: int) -> None:
        """Start an empty text; `source` names the document in messages."""
        self._source = source
        self._room = max_characters
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._above: list[tuple[int, str]] = []
        self._pages: list[PageStart] = []
        self._code: list[CodeBlock] = []

    @property
    def length(self) -> int:
        """Characters written."""
        return self._length

    def first_heading(self) -> str:
        """Return the text of the first heading, where it is an outermost one; else nothing."""
        return self._headings[0].path[-1] if self._headings and len(self._headings[0].path) == 1 else ""

    def has_room(self, characters: int) -> bool:
        """Tell whether this many characters more are within the limit."""
        return self._length + characters + len(_BLOCK_BREAK) <= self._room

    def heading(self, text: str, *, level: int) -> None:
        """Write a heading; level 1 is the outermost, 0 stands above all."""
        name = " ".join(text.split())[:_LONGEST_HEADING]
        if not name:
            return
        self._begin_block()
        start = self._length
        self._write(f"{'#' * min(max(level, 1), _DEEPEST_MARK)} {name}")
        self._above = [(depth, title) for depth, title in self._above if depth < level]
        self._above.append((level, name))
        self._headings.append(Heading(start=start, end=self._length, path=tuple(title for _, title in self._above)))

    def paragraph(self, text: str) -> None:
        """Write a block of text of its own."""
        kept = text.strip()
        if kept:
            self._begin_block()
            self._write(kept)

    def lines(self, lines: Iterable[str]) -> None:
        """Write lines that belong together: a list, the rows of a table."""
        is_first = True
        for line in lines:
            if not line.strip():
                continue
            if is_first:
                self._begin_block()
            else:
                self._write("\n")
            self._write(line.rstrip())
            is_first = False

    def page(self, number: int) -> None:
        """Begin a page; what is written next is its first text."""
        self._begin_block()
        self._pages.append(PageStart(start=self._length, number=number))

    def document(self, inner: ParsedDocument) -> None:
        """Write a document within this one, its headings below the present one. Its pages are not kept."""
        self._begin_block()
        start, names = self._length, tuple(name for _, name in self._above)
        self._write(inner.text)
        self._headings.extend(
            Heading(start=heading.start + start, end=heading.end + start, path=(*names, *heading.path))
            for heading in inner.headings
        )
        self._code.extend(CodeBlock(start=code.start + start, end=code.end + start) for code in inner.code)

    def finish(self, *, title: str, notes: Iterable[str] = (), truncated: str = "") -> ParsedDocument:
        """Return the document."""
        return ParsedDocument(
            text="".join(self._parts),
            title=title,
            headings=tuple(self._headings),
            pages=tuple(self._pages),
            code=tuple(self._code),
            notes=tuple(notes),
            truncated=truncated,
        )

    def _begin_block(self) -> None:
        if self._parts and self._parts[-1] != _BLOCK_BREAK:
            self._write(_BLOCK_BREAK)

    def _write(self, text: str) -> None:
        if not text:
            return
        if self._length + len(text) > self._room:
            raise TooLarge(
                f"{self._source!r} holds more than {self._room:,} characters of text.",
                next_step="Split it into smaller documents.",
            )
        self._parts.append(text)
        self._length += len(text)
