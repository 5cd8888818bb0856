"""What kind of answer a question asks for, and whether a sentence holds one that the question does not already name.

Highlights use it: a sentence without any date seldom answers "when". Pure, English, by patterns; it parses no grammar.
"""

import re
from enum import StrEnum

from plimsoll.text import content_words, words


class AnswerKind(StrEnum):
    """What a question asks for."""

    MOMENT = "moment"
    """A date, a year, a period."""
    AMOUNT = "amount"
    """A number or a measure."""
    NAME = "name"
    """A person or an organisation."""
    PLACE = "place"
    """Somewhere."""
    OTHER = "other"
    """Anything else."""


_QUESTIONS = (
    (AnswerKind.MOMENT, r"when|(?:what|which) (?:year|date|month|day|century|decade|time)"),
    (AnswerKind.AMOUNT, r"how (?:many|much|old|long|far|large|tall|big|high|often|fast)"),
    (AnswerKind.AMOUNT, r"what (?:percent\w*|number|amount|age|fraction|proportion)"),
    (AnswerKind.NAME, r"who|whom|whose|which (?:person|king|president|man|woman|company|team)"),
    (AnswerKind.PLACE, r"where|(?:what|which) (?:city|country|state|place|region|location)"),
)
_ASKS = tuple((kind, re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)) for kind, pattern in _QUESTIONS)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_MOMENT = re.compile(
    rf"\b(?:{_MONTHS}|\d{{4}}s?|\d{{3}}|\d+(?:st|nd|rd|th) centur\w+|BCE?|AD|century|centuries|decades?)\b"
)
_NUMBER_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|million|billion"
_AMOUNT = re.compile(rf"\b(?:\d[\d,.]*|{_NUMBER_WORDS}|half|third|quarter|percent)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<=[\w,;:)'\u2019\"] )[\u201c\u2018\"('']?[A-Z][\w\u2019'-]+")
_QUESTION_NAME = re.compile(r"(?<=[\w,'\u2019] )[A-Z][\w\u2019-]+")
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|without|cannot|unable|neither|nor|except|\w+n['\u2019]t)\b", re.IGNORECASE
)
_FORMS = {
    AnswerKind.MOMENT: _MOMENT,
    AnswerKind.AMOUNT: _AMOUNT,
    AnswerKind.NAME: _NAME,
    AnswerKind.PLACE: _NAME,
}


def names_in(question: str) -> frozenset[str]:
    """Return the stems of capitalised words that do not open the question."""
    found = (content_words(match.group()) for match in _QUESTION_NAME.finditer(question))
    return frozenset(stems[0] for stems in found if stems)


def is_negated(text: str) -> bool:
    """Tell whether the text denies something."""
    return _NEGATION.search(text) is not None


def kind_of_answer(question: str) -> AnswerKind:
    """Return what the question asks for."""
    return next((kind for kind, pattern in _ASKS if pattern.search(question)), AnswerKind.OTHER)


def holds_answer_of_kind(sentence: str, kind: AnswerKind, *, question_words: frozenset[str]) -> bool:
    """Tell whether the sentence holds something of that kind whose words the question does not name."""
    form = _FORMS.get(kind)
    if form is None:
        return False
    return any(not question_words.issuperset(words(match.group())) for match in form.finditer(sentence))
