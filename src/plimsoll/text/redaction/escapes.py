r"""Texts that are JSON, or hold JSON: seen without their escapes, at the same length, and cut without breaking them.

In `"\nada\u0040example.com"` the address begins after `\n` and holds an escape. Finders look at a view in which each
escape is as many plain characters as it was written with, so that places in the view are places in the text.
"""

import re

_ESCAPE = re.compile(r"\\+(?:u[0-9a-fA-F]{4}|[nrtbf/\"'])?")
_LONGEST = 6


def unescaped_view(text: str) -> str:
    """Return the text with each escape replaced by plain characters of the same length; white space becomes spaces.

    Escapes of escapes (JSON in a string of JSON) are read as the innermost says.
    """
    if "\\" not in text:
        return text
    view = text.replace("\\n", "  ").replace('\\"', ' "')
    return _ESCAPE.sub(_stand_in, view) if "\\" in view else view


def _stand_in(match: re.Match[str]) -> str:
    escape = match.group()
    backslashes = len(escape) - len(escape.lstrip("\\"))
    name = escape[backslashes:]
    if not name.startswith("u"):
        return " " * (len(escape) - 1) + (name if name in {"/", '"', "'"} and name else " ")
    letter = chr(int(name[1:], 16))
    is_kept = letter.isalpha() or letter in "@+"
    return (letter if is_kept else " ") * len(escape)


def whole_escapes(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch grown where it would cut an escape in two."""
    first = _escape_over(text, start)
    last = _escape_over(text, end)
    return (start if first is None else first.start()), (end if last is None else last.end())


def _escape_over(text: str, place: int) -> re.Match[str] | None:
    """Return the escape that the place lies inside, its backslashes included."""
    nearest = text.rfind("\\", max(0, place - _LONGEST), place)
    if nearest < 0:
        return None
    while nearest and text[nearest - 1] == "\\":
        nearest -= 1
    match = _ESCAPE.match(text, nearest)
    return match if match is not None and match.end() > place else None


_KEY_BEFORE = re.compile(r"(\\*\")[ \t]{0,8}:[ \t]{0,8}$")
_LONGEST_BEFORE = 40
_VALUE_ENDS = re.compile(r"[ \t]{0,8}(?:[,}\]]|\s|\\|$)")


class Quoting:
    """What must stand around a mark that replaces a number of JSON, so that JSON it stays; asked from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._is_json = text.lstrip()[:1] in {"{", "["}
        self._is_inside = False
        self._counted = 0

    def needed(self, start: int, end: int) -> str:
        """Return the quotation mark that is needed, else nothing.

        A number behind a key takes that key's, which are escaped where the JSON stands in a text of JSON.
        """
        if _VALUE_ENDS.match(self._text, end) is None:
            return ""
        before = self._text[max(0, start - _LONGEST_BEFORE) : start]
        key = _KEY_BEFORE.search(before)
        if key is not None:
            return key[1]
        is_item = self._is_json and before.rstrip()[-1:] in {"[", ","}
        return '"' if is_item and not self._is_inside_string(start) else ""

    def _is_inside_string(self, place: int) -> bool:
        passed = self._text[self._counted : place].replace("\\\\", "")
        self._is_inside ^= (passed.count('"') - passed.count('\\"')) % 2 == 1
        self._counted = place
        return self._is_inside
