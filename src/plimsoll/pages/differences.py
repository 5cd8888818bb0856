"""How one text differs from another, word by word, for two versions of an answer. Pure."""

import re
from difflib import SequenceMatcher
from typing import Literal

import msgspec

_PIECES = re.compile(r"\s+|[^\s]+")
_MOST_PIECES = 1_500

Change = Literal["same", "removed", "added"]


class DiffPart(msgspec.Struct, frozen=True, kw_only=True):
    """A run of words that stands in both texts or in one of them."""

    change: Change
    """Where it stands: in both, only before, only after."""
    text: str
    """The words, with the white space between them."""


def diff_words(before: str, after: str) -> tuple[DiffPart, ...]:
    """Return the parts that both have, and those that only one has, in order.

    Texts of more than 1,500 words and spaces are not compared: both stand there whole.
    """
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    if max(len(old), len(new)) > _MOST_PIECES:
        return _parts(("removed", before), ("added", after))
    found: list[DiffPart] = []
    for change, start, end, new_start, new_end in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if change == "equal":
            found += _parts(("same", "".join(old[start:end])))
        else:
            found += _parts(("removed", "".join(old[start:end])), ("added", "".join(new[new_start:new_end])))
    return tuple(found)


def _parts(*parts: tuple[Change, str]) -> tuple[DiffPart, ...]:
    return tuple(DiffPart(change=change, text=text) for change, text in parts if text)
