"""What text is made of: sentences, words, the words that carry meaning, and what must not be kept of it. Pure.

Knowledge chunks and highlights with it, scorers compare with it, traces are redacted with it. It knows no model, no
document, and of languages only English stop words and stems and some small words of seven; sentences of other languages
are found by their punctuation.
"""

from plimsoll.text.language import guess_language, guess_script
from plimsoll.text.redaction import KINDS, MARKS, Found, Kind, Redactor
from plimsoll.text.sentences import SentenceSpan, sentences
from plimsoll.text.stem import stem
from plimsoll.text.words import content_words, words

__all__ = [
    "KINDS",
    "MARKS",
    "Found",
    "Kind",
    "Redactor",
    "SentenceSpan",
    "content_words",
    "guess_language",
    "guess_script",
    "sentences",
    "stem",
    "words",
]
