"""In which script and language a text seems to be written: enough to see that the mix of inputs has changed.

Traces compare with it. It guesses by frequent small words, knows seven languages, and says so when it cannot tell.
"""

import unicodedata
from collections import Counter
from functools import cache

from plimsoll.text.words import words

_LONGEST = 2_000
_FEWEST = 2
_SMALL_WORDS = {
    "English": "the and of to is in it you that for on are with this have be not what how do can my your i",
    "German": "der die das und ist nicht ich sie mit wie ein eine zu auf fur den von es wir kann was mein",
    "French": "le la les et est une des que pour pas je vous dans qui sur avec mon comment du au ce",
    "Spanish": "el los las y es una que para no como con por mi del se lo un puedo de en esta",
    "Italian": "il gli e di che una per non come con sono mio del si posso della questo anche un in",
    "Portuguese": "os as e de que uma para nao como com por meu do da se um posso em isso minha",
    "Dutch": "de het een en van is niet ik je met hoe wat voor op dat zijn kan mijn te er",
}
_OF = {name: frozenset(text.split()) for name, text in _SMALL_WORDS.items()}


def guess_language(text: str) -> str:
    """Return the language whose small words the text holds most of; empty where no language stands out."""
    counted = Counter(words(text[:_LONGEST]))
    hits = sorted(
        ((sum(count for word, count in counted.items() if word in small), name) for name, small in _OF.items()),
        reverse=True,
    )
    return hits[0][1] if hits[0][0] >= _FEWEST and hits[0][0] > hits[1][0] else ""


def guess_script(text: str) -> str:
    """Return the script of most of its letters in lower case, e.g. `latin` or `cyrillic`; empty without letters."""
    if text.isascii():
        return "latin" if any(letter.isalpha() for letter in text[:_LONGEST]) else ""
    scripts = Counter(_script_of(letter) for letter in text[:_LONGEST] if letter.isalpha())
    return scripts.most_common(1)[0][0] if scripts else ""


@cache
def _script_of(letter: str) -> str:
    """Return the first word of the letter's Unicode name, which is its script: `LATIN SMALL LETTER A`."""
    return unicodedata.name(letter, "unknown").split()[0].split("-")[0].lower()
