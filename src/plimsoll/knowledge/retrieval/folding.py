"""Text as two people may have typed it, each folded character with the place it stands for. Pure.

`cite` compares a quotation and a passage in this form and gives the passage's own characters back. Folding changes how
something is written, never what it says: letters, digits, signs, accents and case stay.
"""

import functools
import re
import unicodedata
from collections.abc import Sequence

import msgspec

_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st"}
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201b": "'", "\u201c": '"', "\u201d": '"', "\u201f": '"'}
_DASHES = {"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-"}
_SAME = {**_LIGATURES, **_QUOTES, **_DASHES, "\ufb06": "st", "\u2026": "..."}
# A soft hyphen at the end of a line takes the line's end with it; pdfium writes U+FFFE or U+0002 for one.
_INVISIBLE = re.compile(r"[\u00ad\ufffe\u0002][ \t]*\r?\n[ \t]*|[\u00ad\ufffe\u0002\u200b\u200c\u200d\u2060\ufeff]")
_ESCAPED = re.compile(r"\\(?=[!-/:-@\[-`{-~])")
_LINK = re.compile(r"(!?\[)[^\[\]\n]{1,400}(\]\([^()\s]{0,1000}(?:[ \t]+\"[^\"\n]{0,200}\")?\))")
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|(?:>[ \t]?)+|[-*+][ \t]+(?=\S))+", re.MULTILINE)
_TABLE_RULE = re.compile(r"^[ \t]*\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{3,}:?[ \t]*)*\|?[ \t]*$", re.MULTILINE)
_TABLE_ROW = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)
# An emphasis mark touches a word on one side and none on the other: `2*3`, `a * b` and `snake_case` keep theirs.
_EMPHASIS = re.compile(r"(?<![\w*\\])[*_]{1,3}(?=[^\s*_])|(?<=[^\s*_\\])[*_]{1,3}(?![\w*])|`+")
_VANISHING = (_INVISIBLE, _ESCAPED, _EMPHASIS)


class FoldedText(msgspec.Struct, frozen=True, kw_only=True):
    """A text in the form in which texts are compared."""

    text: str
    """The folded characters."""
    starts: Sequence[int]
    """For each folded character, where the character it stands for begins."""
    ends: Sequence[int]
    """For each folded character, one past the character it stands for."""


@functools.lru_cache(maxsize=128)
def fold(text: str, *, drops_marks: bool = False) -> FoldedText:
    """Return the text folded: white space, invisible characters, ligatures, quotation marks, dashes, accents' form.

    With `drops_marks` the marks of Markdown go as well: headings, lists, emphasis, code, links, tables, escapes. Each
    run of white space is one space; none is at either end. The last 128 texts are remembered.
    """
    dropped = _dropped(text, drops_marks=drops_marks)
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for place, character in enumerate(text):
        if dropped[place] == _GONE:
            continue
        is_space = character.isspace() or dropped[place] == _SPACE
        if is_space and (not letters or letters[-1] == " "):
            continue
        folded = " " if is_space else _SAME.get(character) or unicodedata.normalize("NFD", character)
        letters.extend(folded)
        starts.extend([place] * len(folded))
        ends.extend([place + 1] * len(folded))
    last = len(letters) - 1 if letters and letters[-1] == " " else len(letters)
    return FoldedText(text="".join(letters[:last]), starts=tuple(starts[:last]), ends=tuple(ends[:last]))


_KEPT, _GONE, _SPACE = 0, 1, 2


def _dropped(text: str, *, drops_marks: bool) -> bytearray:
    dropped = bytearray(len(text))
    for pattern in _VANISHING if drops_marks else _VANISHING[:1]:
        for found in pattern.finditer(text):
            _mark(dropped, found.span(), _GONE)
    if drops_marks:
        _drop_structure(text, dropped)
    return dropped


def _drop_structure(text: str, dropped: bytearray) -> None:
    for found in _LINK.finditer(text):
        _mark(dropped, found.span(1), _GONE)
        _mark(dropped, found.span(2), _GONE)
    for pattern in (_LINE_MARK, _TABLE_RULE):
        for found in pattern.finditer(text):
            _mark(dropped, found.span(), _SPACE)
    for row in _TABLE_ROW.finditer(text):
        for bar in re.finditer(r"\|", row.group()):
            dropped[row.start() + bar.start()] = _SPACE


def _mark(dropped: bytearray, span: tuple[int, int], how: int) -> None:
    start, end = span
    dropped[start:end] = bytes([how]) * (end - start)
