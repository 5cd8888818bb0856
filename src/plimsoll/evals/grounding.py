"""Is a sentence supported by the texts that it cites? Measures of words, numbers and negation; no model (METHODS, 6).

Pure. Called by the scorer `grounded`. Good for extractive answers, weak on compressed paraphrase.
"""

import re
from collections.abc import Iterable, Sequence

import msgspec

from plimsoll.text import content_words, sentences, words

_LEAST_WORDS = 3
_CLOSE = 0.6
_DENIED = 0.5
_TITLED = re.compile(r"(?<=[^\W\d_]\s)(?:[A-Z][a-z]+|[A-Z]{2,})\b")
_NEGATIONS = frozenset({"not", "no", "never", "cannot", "neither", "nor", "none", "without", "nobody", "nothing"})
_NUMBER = re.compile(r"\d+(?:\.\d+)*")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th)")
_LIST_MARK = re.compile(r"^\s*(?:\d{1,3}[.)]|[-*+•])\s+")
_UNITS_TEXT = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
"""
_SPELLED = {name: str(value) for value, name in enumerate(_UNITS_TEXT.split())} | {
    "twenty": "20",
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "ninety": "90",
    "hundred": "100",
    "once": "1",
    "twice": "2",
}
_MONTHS_TEXT = """
january february march april may june july august september october november december
"""
_MONTH_NUMBERS = {
    name[:length]: place for place, name in enumerate(_MONTHS_TEXT.split(), 1) for length in (3, len(name))
}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTH_NUMBERS, key=len, reverse=True))})\.?"
_DATES = (
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH},?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>\d{{4}})\b", re.IGNORECASE),
)


class Support(msgspec.Struct, frozen=True, kw_only=True):
    """How far texts support a claim."""

    value: float
    """0 to 1: 1 where one sentence of the texts holds every word of the claim."""
    unfounded: tuple[str, ...] = ()
    """Numbers and dates of the claim that stand in none of the texts."""
    is_denied: bool = False
    """True where the closest sentence says the opposite: one of the two is negated."""


class _Source(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence of a cited text."""

    stems: frozenset[str]
    is_negated: bool


def claims(answer: str) -> list[str]:
    """Return the sentences that carry a claim: a number, a name, or three words of content."""
    pieces = (_LIST_MARK.sub("", answer[span.start : span.end]) for span in sentences(answer))
    return [piece for piece in pieces if _is_claim(piece)]


def measure_support(claim: str, texts: Sequence[str]) -> Support:
    """Return how far the texts support the claim.

    The value is the mean of two coverages of its stemmed content words: by all texts, and by the best sentence of
    them; at most 0.5 where the closest sentence is negated and the claim is not, or the other way round.
    """
    unfounded = tuple(sorted(facts(claim) - _facts_of(texts)))
    stems = frozenset(content_words(claim)) - _NEGATIONS
    if not stems:
        return Support(value=float(not unfounded), unfounded=unfounded)
    sources = [_read_source(text[span.start : span.end]) for text in texts for span in sentences(text)]
    everything = frozenset[str]().union(*(source.stems for source in sources))
    nearest = max((_cover(stems, source.stems) for source in sources), default=0.0)
    value = (_cover(stems, everything) + nearest) / 2
    close = [one for one in sources if _cover(stems, one.stems) >= max(_CLOSE, nearest)]
    is_denied = bool(close) and all(one.is_negated is not _is_negated(claim) for one in close)
    return Support(value=min(value, _DENIED) if is_denied else value, unfounded=unfounded, is_denied=is_denied)


def facts(text: str) -> frozenset[str]:
    """Return the numbers and whole dates in the text, each in one form: `1,000` as `1000`, `thirty` as `30`.

    A date is `2024-03-12` however it was written, and its parts are no numbers of their own.
    """
    found: set[str] = set()
    for pattern in _DATES:
        for match in pattern.finditer(text):
            found.add(_write_date(match))
        text = pattern.sub(" ", text)
    return frozenset(found) | _numbers(text)


def _facts_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the facts of texts, the parts of their dates included: an answer may name the year alone."""
    return frozenset[str]().union(*(facts(text) | _numbers(text) | _parts(text) for text in texts))


def _parts(text: str) -> frozenset[str]:
    dates = (fact for fact in facts(text) if fact.count("-") == len(("year", "month")))
    return frozenset(part.lstrip("0") for date in dates for part in date.split("-"))


def _numbers(text: str) -> frozenset[str]:
    found: set[str] = set()
    for word in words(text):
        plain = _ORDINAL.sub(r"\1", word)
        found |= {_plain_number(number) for number in _NUMBER.findall(plain)}
        found |= {_SPELLED[word]} if word in _SPELLED else set()
    return frozenset(found)


def _plain_number(number: str) -> str:
    whole, point, fraction = number.partition(".")
    kept = fraction.rstrip("0") if fraction.isdigit() else fraction
    return f"{whole.lstrip('0') or '0'}{point if kept else ''}{kept}"


def _write_date(match: re.Match[str]) -> str:
    month = match["month"].lower()
    number = int(month) if month.isdigit() else _MONTH_NUMBERS[month]
    return f"{match['year']}-{number:02}-{int(match['day']):02}"


def _is_claim(sentence: str) -> bool:
    has_name = _TITLED.search(sentence) is not None
    return has_name or bool(facts(sentence)) or len(content_words(sentence)) >= _LEAST_WORDS


def _read_source(sentence: str) -> _Source:
    return _Source(stems=frozenset(content_words(sentence)), is_negated=_is_negated(sentence))


def _is_negated(sentence: str) -> bool:
    """Tell whether an odd number of negations stands in the sentence."""
    return sum(word in _NEGATIONS or word.endswith(("n't", "n\u2019t")) for word in words(sentence)) % 2 == 1


def _cover(wanted: frozenset[str], there: frozenset[str]) -> float:
    return len(wanted & there) / len(wanted)
