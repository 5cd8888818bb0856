"""Markdown: the file's own text, with its headings by exact offset and its title from front matter or first heading.

The text is kept as written, so that a citation points at the very characters of the file. Markup is not rendered.
"""

import itertools
import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from plimsoll.knowledge.parse.decode import decode_text
from plimsoll.knowledge.parse.document import CodeBlock, Heading, ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile

_FRONT_MATTER = re.compile(
    r"\A\s*---[ \t]*\r?\n(?P<lines>.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_TITLE_LINE = re.compile(r"^title:[ \t]*(?P<title>\S.*?)[ \t\r]*$", re.MULTILINE)
_LINE_END = re.compile(r"\r\n|\n|\r")
_ATTRIBUTES = re.compile(r"\s*\{[^{}]*\}\s*$")
_BLOCKS = MarkdownIt("commonmark", {"maxNesting": 20}).disable("inline")
_CODE = ("fence", "code_block")
_INLINE_MARKS = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|[*`]+|~~|</?\w[^>]*>")


def parse_markdown(file: SourceFile) -> ParsedDocument:
    """Return the file's text with its headings. Raises UnreadableDocument."""
    decoded = decode_text(file)
    return read_markdown(decoded.text, title=file.title_from_name(), notes=decoded.notes)


def read_markdown(text: str, *, title: str, notes: tuple[str, ...] = ()) -> ParsedDocument:
    """Return the text with its headings; `title` serves where neither front matter nor a first heading gives one."""
    front = _FRONT_MATTER.match(text)
    body_start = front.end() if front else 0
    blocks = _Blocks(text, body_start)
    headings = tuple(blocks.headings())
    return ParsedDocument(
        text=text,
        title=_front_title(front) or _first_title(headings) or title,
        headings=headings,
        code=tuple(blocks.code()),
        body_start=body_start,
        notes=notes,
    )


def _front_title(front: re.Match[str] | None) -> str | None:
    found = _TITLE_LINE.search(front["lines"]) if front else None
    return found["title"].strip("\"' ") or None if found else None


def _first_title(headings: tuple[Heading, ...]) -> str | None:
    return headings[0].path[-1] if headings and len(headings[0].path) == 1 else None


class _Blocks:
    """The blocks of a Markdown text, with the character at which each of their lines begins."""

    def __init__(self, text: str, body_start: int) -> None:
        body = text[body_start:]
        self._line_starts = [body_start, *(body_start + match.end() for match in _LINE_END.finditer(body)), len(text)]
        self._tokens = _BLOCKS.parse(body)

    def headings(self) -> Iterator[Heading]:
        above: list[tuple[int, str]] = []
        for opening, inline in itertools.pairwise(self._tokens):
            title = _heading_title(opening, inline)
            if title is None or opening.map is None:
                continue
            level = int(opening.tag[1:])
            above = [(depth, name) for depth, name in above if depth < level]
            above.append((level, title))
            start, end = self._characters(opening.map)
            yield Heading(start=start, end=end, path=tuple(name for _, name in above))

    def code(self) -> Iterator[CodeBlock]:
        for token in self._tokens:
            if token.type in _CODE and token.map is not None:
                start, end = self._characters(token.map)
                yield CodeBlock(start=start, end=end)

    def _characters(self, lines: list[int]) -> tuple[int, int]:
        first, last = lines
        return self._line_starts[first], self._line_starts[min(last, len(self._line_starts) - 1)]


def _heading_title(opening: Token, inline: Token) -> str | None:
    if opening.type != "heading_open" or opening.level != 0:
        return None
    plain = _INLINE_MARKS.sub(lambda match: match.group(1) or "", _ATTRIBUTES.sub("", inline.content))
    return " ".join(plain.split()) or None
