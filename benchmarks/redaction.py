"""How much personal data the redaction finds, how much it takes that is none, and what it costs.

Run `benchmarks/redaction.py [--json] [--data FOLDER]`. The corpus is made up (`redaction_kit`); with a folder that
holds `pii_presidio/data.jsonl` (sentences with annotated values, microsoft/presidio-research), that is measured too.
"""

import argparse
import json
import sys
import time
import timeit
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from redaction_kit.corpus import Line, lines

from plimsoll.text import Found, Redactor

_EACH = 400
_REPEATS = 2_000
_PRESIDIO = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "US_SSN": "national_id",
}
_PROSE = (
    "The customer asked how long they have to return an item that was bought in a shop in Lyon; we said thirty days "
    "from delivery. Please see section 4.2 of the handbook, which was updated in 2023. "
)


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind did on one corpus."""

    corpus: str
    kind: str
    values: int
    recall: float
    """Share of its values of which nothing was left."""
    taken: int
    """Stretches marked with this kind."""
    precision: float | None
    """Share of those that a value of this kind stood at; None when nothing was marked."""


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--misses", action="store_true", help="print what was missed or wrongly taken")
    given = parser.parse_args()
    redactor = Redactor()
    rates = _made_up(redactor, shows=given.misses)
    if given.data is not None:
        rates += _annotated(redactor, given.data / "pii_presidio" / "data.jsonl", shows=given.misses)
    cost = _cost(redactor)
    if given.json:
        print(msgspec.json.encode({"rates": rates, "microseconds": cost}).decode())
    else:
        for rate in rates:
            print(f"{rate.corpus:14} {rate.kind:12} {rate.values:5} {_shown(rate.recall)} {_shown(rate.precision)}")
        print(cost)
    return 0


class _Tally:
    """Counts values, finds and marks of one corpus."""

    def __init__(self, corpus: str, *, shows: bool) -> None:
        self._corpus = corpus
        self._shows = shows
        self._values, self._found = Counter[str](), Counter[str]()
        self._taken, self._right = Counter[str](), Counter[str]()

    def add(self, text: str, wanted: Sequence[Found], found: Sequence[Found]) -> None:
        for one in wanted:
            is_covered = any(taken.start <= one.start and one.end <= taken.end for taken in found)
            self._values[one.kind] += 1
            self._found[one.kind] += is_covered
            self._show("missed", one, text, when=not is_covered)
        for one in found:
            is_right = any(one.start < true.end and true.start < one.end and true.kind == one.kind for true in wanted)
            self._taken[one.kind] += 1
            self._right[one.kind] += is_right
            self._show("taken", one, text, when=not is_right)

    def _show(self, how: str, one: Found, text: str, *, when: bool) -> None:
        if self._shows and when:
            print(f"{how} {one.kind}: {text[one.start : one.end]!r} in {text[:200]!r}", file=sys.stderr)

    def rates(self) -> list[Rate]:
        return [
            Rate(
                corpus=self._corpus,
                kind=kind,
                values=count,
                recall=round(self._found[kind] / count, 4),
                taken=self._taken[kind],
                precision=round(self._right[kind] / self._taken[kind], 4) if self._taken[kind] else None,
            )
            for kind, count in sorted(self._values.items())
        ]


def _made_up(redactor: Redactor, *, shows: bool) -> list[Rate]:
    tally = _Tally("made up", shows=shows)
    for line in lines(np.random.default_rng(1), each=_EACH):
        tally.add(line.text, _wanted(line), redactor.find(line.text))
        if line.writing != "plain":
            json.loads(redactor(line.text))
    return tally.rates()


def _wanted(line: Line) -> list[Found]:
    if line.kind is None:
        return []
    written = line.value
    for _ in range({"plain": 0, "json": 1, "nested": 2}[line.writing]):
        written = json.dumps(written)[1:-1]
    start = line.text.index(written)
    return [msgspec.convert((start, start + len(written), line.kind), Found)]


def _annotated(redactor: Redactor, path: Path, *, shows: bool) -> list[Rate]:
    tally = _Tally("pii_presidio", shows=shows)
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        wanted = [
            msgspec.convert((span["start_position"], span["end_position"], _PRESIDIO[span["entity_type"]]), Found)
            for span in row["spans"]
            if span["entity_type"] in _PRESIDIO
        ]
        tally.add(row["full_text"], wanted, redactor.find(row["full_text"]))
    return tally.rates()


def _cost(redactor: Redactor) -> dict[str, float]:
    content = (_PROSE * 20)[:1_990]
    texts = {
        "2 KB of prose": json.dumps([{"role": "user", "content": content + "\nThanks"}]),
        "2 KB with an address": json.dumps([{"role": "user", "content": content + " ada@example.com"}]),
        "2 KB with numbers": json.dumps([{"role": "user", "content": content.replace("4.2", "978-3-16-148410-0")}]),
        "a name of 24 letters": "claude-sonnet-4-20250514",
    }
    return {
        name: round(
            min(timeit.repeat(lambda text=text: redactor(text), timer=time.process_time, number=_REPEATS))
            / _REPEATS
            * 1e6,
            2,
        )
        for name, text in texts.items()
    }


def _shown(share: float | None) -> str:
    return "    -" if share is None else f"{share:.3f}"


if __name__ == "__main__":
    sys.exit(main())
