"""Lines in eight languages that hold one value of a kind, or an ordinary number: plain, as JSON, as JSON in JSON."""

import json
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from redaction_kit.values import MAKERS, ordinary

_SENTENCES = (
    "My contact is {}, thanks.", "Please use {} for this.", "I wrote {} on the form.", "{} is what they gave me",
    "Mi dato es {} y no otro.", "Anote {}, por favor.", "C'est {} depuis lundi.", "Voici : {}.",
    "Bitte notieren Sie {}!", "Es ist {} (neu).", "Il mio è {}.", "Zapisz {} proszę.", "Dat is {}, bedankt.",
    "O meu é {}; obrigado.", "Line one\nthen {}\nand more", 'They said "{}" twice.', "a={}&b=2", "<p>{}</p>", "({})",
)  # fmt: skip


class Line(NamedTuple):
    """A text and the one value in it."""

    text: str
    kind: str | None
    """None: nothing in it must go."""
    value: str
    writing: str
    """How the text is written: plain, json or nested."""


def lines(rng: np.random.Generator, *, each: int) -> Iterator[Line]:
    """Yield so many lines of each kind, and as many with an ordinary number as of all kinds together."""
    for kind, make in MAKERS.items():
        for _ in range(each):
            yield _line(rng, kind, make(rng))
    for _ in range(each * len(MAKERS)):
        yield _line(rng, None, ordinary(rng))


def _line(rng: np.random.Generator, kind: str | None, value: str) -> Line:
    sentence = str(rng.choice(_SENTENCES)).format(value)
    writing = str(rng.choice(("plain", "json", "nested")))
    escaped = json.dumps([{"role": "user", "content": sentence}])
    if writing == "plain":
        return Line(sentence, kind, value, writing)
    return Line(escaped if writing == "json" else json.dumps({"arguments": escaped}), kind, value, writing)
