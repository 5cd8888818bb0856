"""Whether two questions that a model finds alike may still want different answers. Pure.

Vectors hardly see numbers, negation, names and the word that fills a slot; each of these is compared as words here.
In doubt the questions differ: a missed answer costs one call, a wrong one costs trust.
"""

import functools
import re
from typing import Literal

import msgspec

from plimsoll.text import content_words, words

Difference = Literal["numbers", "negation", "names", "asked", "opposites", "direction", "order", "slot"]
"""In what two questions differ."""

_COUNTED_TEXT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty
"""
_NUMBERS = {word: str(value) for value, word in enumerate(_COUNTED_TEXT.split())} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
    "first": "1st",
    "second": "2nd",
    "third": "3rd",
    "fourth": "4th",
    "fifth": "5th",
}
_NEGATIONS_TEXT = "no not non never none nobody nothing neither nor without cannot cant dont wont isnt doesnt didnt"
_NEGATIONS = frozenset(_NEGATIONS_TEXT.split())
_ASKED = {"who": "who", "whom": "who", "whose": "who", "when": "when", "where": "where", "why": "why"}
_ASKING = frozenset(_ASKED) | {"what", "which", "how"}
_FILLERS_TEXT = "a an the my your our their his her its this that to from into"
_FILLERS = frozenset(_FILLERS_TEXT.split())
_OPPOSITES_TEXT = """
on/off in/out up/down open/close enable/disable activate/deactivate add/remove add/delete create/delete buy/sell
send/receive increase/decrease raise/lower more/less most/least maximum/minimum max/min before/after start/stop
start/end begin/end first/last early/late earliest/latest lock/unlock block/unblock freeze/unfreeze accept/reject
accept/decline allow/deny allow/forbid deposit/withdraw deposit/withdrawal import/export upload/download push/pull
join/leave with/without left/right north/south east/west cheap/expensive new/old big/small large/small long/short
high/low highest/lowest best/worst safe/unsafe legal/illegal true/false win/lose gain/lose loss/profit am/pm
today/tomorrow today/yesterday tomorrow/yesterday morning/evening day/night for/against inside/outside debit/credit
"""
_OPPOSITES = tuple((one, other) for one, _, other in (pair.partition("/") for pair in _OPPOSITES_TEXT.split()))
_NAME = re.compile(r"[\w@#/\\.:+-]*[\w@#]")
_QUOTED = re.compile(r"\"([^\"]+)\"|`([^`]+)`|\u201c([^\u201d]+)\u201d|(?:^|\s)'([^']+)'(?=\W|$)")
_SENTENCE_ENDS = ".!?:"
_SHARED_TO_CHANGED = 2
_SAME_WORDS = 0.8


class _Wording(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question is compared as words."""

    words: frozenset[str]
    content: tuple[str, ...]
    numbers: tuple[str, ...]
    negations: int
    names: frozenset[str]
    asks: bool
    asked: frozenset[str]
    origins: frozenset[str]
    goals: frozenset[str]


def find_difference(one: str, other: str) -> Difference | None:
    """Return the first reason why two questions may want different answers, or None."""
    left, right = read_wording(one), read_wording(other)
    shared = set(left.content) & set(right.content)
    checks: tuple[tuple[Difference, bool], ...] = (
        ("numbers", left.numbers != right.numbers),
        ("negation", left.negations != right.negations),
        ("names", bool((left.names - right.words) | (right.names - left.words))),
        ("asked", left.asks and right.asks and left.asked != right.asked),
        ("opposites", _has_opposites(left.words, right.words)),
        ("direction", bool(left.origins & right.goals or left.goals & right.origins)),
        ("order", _has_other_order(left.content, right.content, shared)),
        ("slot", _has_other_slot(len(left.content), len(right.content), len(shared))),
    )
    return next((difference for difference, differs in checks if differs), None)


@functools.lru_cache(maxsize=4_096)
def read_wording(text: str) -> _Wording:
    """Return what of a question is compared as words; remembers the last 4,096 questions."""
    said = words(text)
    return _Wording(
        words=frozenset(said),
        content=tuple(dict.fromkeys(word for word in content_words(text) if _read_number(word) is None)),
        numbers=tuple(sorted(filter(None, map(_read_number, said)))),
        negations=sum(word in _NEGATIONS or word.endswith(("n't", "n\u2019t")) for word in said),
        names=frozenset(word for name in _find_names(text) for word in words(name)),
        asks=not _ASKING.isdisjoint(said),
        asked=frozenset(_ASKED[word] for word in said if word in _ASKED),
        origins=_words_after(said, "from"),
        goals=_words_after(said, "to") | _words_after(said, "into"),
    )


def _read_number(word: str) -> str | None:
    if any(letter.isdigit() for letter in word):
        return word
    return _NUMBERS.get(word)


def _find_names(text: str) -> list[str]:
    """Return quotations, identifiers and capitalised words that do not open a sentence."""
    names = [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]
    for match in _NAME.finditer(text):
        word = match.group()
        before = text[: match.start()].rstrip(" \t\"'(")
        opens = not before or before[-1] in _SENTENCE_ENDS
        if _is_identifier(word) or (word[0].isupper() and not opens and len(word) > 1):
            names.append(word)
    return names


def _is_identifier(word: str) -> bool:
    """Tell whether a word is written as no plain word is: `user_id`, `a@b.c`, `v1.2`, `iPhone`, `/etc/hosts`."""
    return any(mark in word for mark in "_@#/\\") or any(letter.isupper() for letter in word[1:])


def _words_after(said: list[str], preposition: str) -> frozenset[str]:
    """Return the words within reach of a preposition: the two that follow it."""
    places = [place for place, word in enumerate(said) if word == preposition]
    return frozenset(word for place in places for word in said[place + 1 : place + 3]) - _FILLERS


def _has_opposites(left: frozenset[str], right: frozenset[str]) -> bool:
    changed_left, changed_right = left - right, right - left
    return any(
        (one in changed_left and other in changed_right) or (other in changed_left and one in changed_right)
        for one, other in _OPPOSITES
    )


def _has_other_order(left: tuple[str, ...], right: tuple[str, ...], shared: set[str]) -> bool:
    """Tell whether nearly the same words stand in another order: `turns calcidiol into calcitriol`, and back."""
    if len(shared) < _SAME_WORDS * (len(left) + len(right) - len(shared)):
        return False
    return [word for word in left if word in shared] != [word for word in right if word in shared]


def _has_other_slot(left: int, right: int, shared: int) -> bool:
    """Tell whether the questions are one sentence with another word in it: `… say hello in French`, `… in Danish`.

    A paraphrase changes most of its words or only small ones; the same frame with other fillings asks something else.
    Takes the numbers of content words.
    """
    both_changed = left > shared and right > shared
    return both_changed and shared >= _SHARED_TO_CHANGED * (max(left, right) - shared)
