"""Numbers of persons in one pass: where a number begins, each kind that is asked for is tried."""

import re
from collections.abc import Callable, Iterator, Sequence

from plimsoll.text.redaction.cards import end_of_card
from plimsoll.text.redaction.national_ids import end_of_national_id
from plimsoll.text.redaction.phones import end_of_phone
from plimsoll.text.redaction.spans import Found, Kind

# Never inside a word; the class stands first, so that the search jumps from one such letter to the next.
_START = re.compile(
    r"[+(0-9XYZxyz](?<!\w[+(0-9XYZxyz])(?:"
    r"(?<=\+)\+{0,9} ?\(?\d|(?<=\()(?:\+{1,9} ?)?\d\d|(?<=\d)(?:\d|[ .-]\d\d)|(?<=[XYZxyz])[ -]?\d{7})"
)
_LONG_ENOUGH = re.compile(r"[+( ]{0,10}[XYZxyz]?(?:[ .()\-/\u00a0\u202f\u2011\u2013]{0,8}\d){6}")
_Finder = tuple[Kind, Callable[[str, int], int | None]]
_FINDERS: tuple[_Finder, ...] = (
    ("national_id", end_of_national_id),
    ("card", end_of_card),
    ("phone", end_of_phone),
)
_INSIDE = "-./,:#$€£"
"""After one of these a digit goes on with something else: a date, an amount, an identifier; `:` only after a digit."""


def find_numbers(view: str, kinds: Sequence[Kind]) -> Iterator[Found]:
    """Yield cards, personal numbers and telephone numbers of the text, as far as they are asked for."""
    finders: list[_Finder] = [(kind, finder) for kind, finder in _FINDERS if kind in kinds]
    done = 0
    for start in _START.finditer(view):
        place = start.start()
        if place < done or _LONG_ENOUGH.match(view, place) is None or _goes_on(view, place):
            continue
        one = _first(view, place, finders)
        if one is None and view[place] == "(":
            one = _first(view, place + 1, finders)
        if one is not None:
            yield one
            done = one.end


def _first(view: str, place: int, finders: Sequence[_Finder]) -> Found | None:
    for kind, finder in finders:
        end = finder(view, place)
        if end is not None:
            return Found(place, end, kind)
    return None


def _goes_on(view: str, place: int) -> bool:
    before = view[place - 1 : place] if place else ""
    if before in {"", " "}:
        return False
    if before in "#$€£":
        return True
    return before in _INSIDE and view[place - 2 : place - 1].isalnum() and place > 1
