"""How often the semantic cache answers, and how often it answers wrongly.

Run `benchmarks/semantic_cache.py [--data DIR] [--json] [--quick] [--tune]`. Questions of clinc150 and banking77 arrive
one after the other: each is looked up, and kept where it was not found; a hit is right when both have the same intent.
squad2 gives hard negatives: questions about one passage, all kept; a hit is right when an accepted answer is shared.
Half of the questions, by a hash, chose the threshold (`--tune` prints them); the figures are of the other half.
Exits with 1 when a target is proven missed.
"""

import argparse
import asyncio
import hashlib
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from plimsoll.gateway import load_embedder
from plimsoll.gateway.cache.question import SemanticQuestion
from plimsoll.gateway.cache.semantic import THRESHOLD, SemanticCache, Vector
from plimsoll.stats import wilson
from plimsoll.testing import FakeClock

GRID = (0.80, 0.85, 0.88, 0.90, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97)
SHOWN = (0.85, 0.90, THRESHOLD, 0.96)
QUICK_QUESTIONS = 1_500
MOST_ENTRIES = 20_000
WRONG_HITS_AT_MOST = 0.03
WRONG_ANSWERS_AT_MOST = 0.01


class Asked(msgspec.Struct, frozen=True):
    """A question of a dataset and what answers it."""

    text: str
    answers: frozenset[str]
    namespace: str = ""


class Tally(msgspec.Struct):
    """What a run of questions came to."""

    asked: int = 0
    hits: int = 0
    wrong: int = 0


class Line(msgspec.Struct, frozen=True):
    """A row of the table: shares with 95 % Wilson intervals."""

    dataset: str
    threshold: float
    asked: int
    hits: int
    wrong: int

    def row(self) -> str:
        """Return the row as text."""
        hit_rate, wrong_hits = wilson(self.hits, self.asked), wilson(self.wrong, max(1, self.hits))
        wrong = wilson(self.wrong, self.asked)
        return (
            f"{self.dataset:<10} {self.threshold:.2f} {self.asked:>6} asked"
            f"  answered {hit_rate.estimate:6.1%} [{hit_rate.low:.1%}, {hit_rate.high:.1%}]"
            f"  wrong of those {wrong_hits.estimate:6.1%} [{wrong_hits.low:.1%}, {wrong_hits.high:.1%}]"
            f"  wrong of all {wrong.estimate:6.2%} [{wrong.low:.2%}, {wrong.high:.2%}]"
        )


class Row(msgspec.Struct, frozen=True):
    """A question of clinc150 or banking77."""

    id: str
    text: str
    label: str


class Answer(msgspec.Struct, frozen=True):
    """An accepted answer of squad2."""

    text: str


class Question(msgspec.Struct, frozen=True):
    """A question of squad2."""

    id: str
    gold_passage_id: str
    question: str
    answers: tuple[Answer, ...]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    for flag in ("--json", "--quick", "--tune"):
        parser.add_argument(flag, action="store_true")
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    data: Path = given.data or Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data"))
    if not (data / "clinc150" / "data.jsonl").is_file():
        print(f"no questions at {data}: set PLIMSOLL_DATA or give --data")
        return 2 if given.data else 0
    sets = {name: load(data, name, tune=given.tune, quick=given.quick) for name in ("clinc150", "banking77", "squad2")}
    vectors = embed_all({asked.text for questions in sets.values() for asked in questions})
    thresholds = GRID if given.tune else SHOWN
    lines = [measure(name, sets[name], vectors, threshold=threshold) for name in sets for threshold in thresholds]
    return report(lines, as_json=given.json)


def load(data: Path, name: str, *, tune: bool, quick: bool) -> list[Asked]:
    """Return the questions of one half of a dataset, in an order that depends on nothing but their ids."""
    lines = (data / name / ("questions.jsonl" if name == "squad2" else "data.jsonl")).read_bytes().splitlines()
    read: Callable[[list[bytes]], Iterable[tuple[str, Asked]]] = read_passages if name == "squad2" else read_intents
    halved = [(mix(key), asked) for key, asked in read(lines) if (mix(key) % 2 == 0) is tune]
    ordered = [asked for _, asked in sorted(halved, key=lambda pair: pair[0])]
    return ordered[: QUICK_QUESTIONS if quick else None]


def mix(key: str) -> int:
    """Return a number that depends on nothing but the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")


def read_intents(lines: list[bytes]) -> Iterable[tuple[str, Asked]]:
    """Yield questions with their intent as the answer; out-of-scope ones share it with no other."""
    for row in (msgspec.json.decode(line, type=Row) for line in lines):
        yield row.id, Asked(row.text, frozenset(label for label in (row.label,) if label != "oos"))


def read_passages(lines: list[bytes]) -> Iterable[tuple[str, Asked]]:
    """Yield questions of a passage in a namespace of their own. One that has no answer shares it with no other."""
    for row in (msgspec.json.decode(line, type=Question) for line in lines):
        answers = frozenset(answer.text.lower() for answer in row.answers)
        yield row.gold_passage_id, Asked(row.question, answers, row.gold_passage_id)


def embed_all(texts: set[str]) -> dict[str, Vector]:
    """Return the vector of every text."""
    ordered = sorted(texts)
    vectors = load_embedder(threads=1).embed(ordered)
    return dict(zip(ordered, vectors, strict=True))


def measure(name: str, questions: Sequence[Asked], vectors: dict[str, Vector], *, threshold: float) -> Line:
    """Ask the questions of a dataset at one threshold."""
    tally = asyncio.run(ask_all(questions, vectors, threshold, keeps_all=name == "squad2"))
    return Line(name, threshold, tally.asked, tally.hits, tally.wrong)


async def ask_all(
    questions: Sequence[Asked], vectors: dict[str, Vector], threshold: float, *, keeps_all: bool
) -> Tally:
    """Look each question up, keep it where it was not found, and count."""

    async def embed(text: str) -> Vector:
        return vectors[text]

    cache = SemanticCache(embed, FakeClock(), threshold=threshold, entries=MOST_ENTRIES, max_bytes=1 << 30)
    tally, answers = Tally(), defaultdict[str, frozenset[str]](frozenset)
    for asked in questions:
        lookup = await cache.find(SemanticQuestion(namespace=asked.namespace, text=asked.text))
        tally.asked += 1
        if lookup.hit is not None and is_said_twice(asked.text, lookup.hit.question):
            tally.asked -= 1
        elif lookup.hit is not None:
            tally.hits += 1
            tally.wrong += answers[lookup.hit.question].isdisjoint(asked.answers)
        if lookup.hit is None or keeps_all:
            answers[asked.text] = asked.answers
            cache.keep(lookup, b"{}")
    return tally


def is_said_twice(one: str, other: str) -> bool:
    """Tell whether two questions are the same text, which the exact cache would have found."""
    return one.strip().lower() == other.strip().lower()


def report(lines: Sequence[Line], *, as_json: bool) -> int:
    """Print the table, and one JSON object as the last line where asked; return the exit code."""
    for line in lines:
        print(line.row())
    chosen = [line for line in lines if line.threshold == THRESHOLD]
    missed = [line.dataset for line in chosen if is_missed(line)]
    print(f"threshold {THRESHOLD:g}: {'missed: ' + ', '.join(missed) if missed else 'every target is met'}")
    if as_json:
        print(msgspec.json.encode({"threshold": THRESHOLD, "lines": lines, "missed": missed}).decode())
    return 1 if missed else 0


def is_missed(line: Line) -> bool:
    """Tell whether a target is proven missed: wrong hits where intents are compared, wrong answers where all differ."""
    if line.dataset == "squad2":
        return wilson(line.wrong, line.asked).low > WRONG_ANSWERS_AT_MOST
    return wilson(line.wrong, max(1, line.hits)).low > WRONG_HITS_AT_MOST


if __name__ == "__main__":
    sys.exit(main())
