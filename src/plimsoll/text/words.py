"""Words as comparison sees them: lower-cased, without accents, numbers in one form; and those that carry meaning.

Retrieval, highlights and grounding scorers call it. It does not look up meanings.
"""

import re
import unicodedata

from plimsoll.text.stem import stem

_WORD = re.compile(r"[^\W_]+(?:(?:['\u2019]|(?<=\d)[.,](?=\d))[^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_POSSESSIVE = ("'s", "\u2019s")

_STOP_WORDS_TEXT = """
a about above after again against all also am an and any are aren't as at be because been before being below
between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each few for
from further had hadn't has hasn't have haven't having he her here hers herself him himself his how i if in into is
isn't it its itself just let's may me might more most must my myself no nor not of off on once only or other our
ours ourselves out over own same shall she should shouldn't so some such than that the their theirs them themselves
then there these they this those through to too under until up upon us very was wasn't we were weren't what when
where which while who whom whose why will with won't would wouldn't you your yours yourself yourselves
"""
_STOP_WORDS = frozenset(_STOP_WORDS_TEXT.split())


def words(text: str) -> list[str]:
    """Return the words in order: lower-cased, accents and possessives removed, `1,000` written `1000`.

    Hyphens and underscores separate words; a decimal point within a number does not.
    """
    plain = text if text.isascii() else _without_accents(text)
    return [_normalise_word(match.group()) for match in _WORD.finditer(plain.lower())]


def content_words(text: str) -> list[str]:
    """Return the words that carry meaning, in order: stop words left out, the rest stemmed (Snowball, English)."""
    return [stem(word) for word in words(text) if word not in _STOP_WORDS]


def _normalise_word(word: str) -> str:
    if word.endswith(_POSSESSIVE):
        return word[:-2]
    return _THOUSANDS.sub("", word) if "," in word else word


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("\u2019", "'")
