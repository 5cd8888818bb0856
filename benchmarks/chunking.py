"""How ways to cut texts compare: token-level recall, precision and IoU of what is retrieved, beside other splitters.

Run `benchmarks/chunking.py [--data DIR] [--texts NAME,NAME] [--json] [--quick]`. DIR holds the folder `chunk_spans`:
texts, and questions with the exact spans of their evidence. Sizes may be chosen on one half of the questions (by a hash
of the id); differences to the default are of the other, paired by question. `benchmarks/prepare_splitters.sh` installs
the splitters of LlamaIndex and Haystack; without it they are left out. One model embeds all, one rule ranks all.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
from chunking_kit.cutting import TextChunk, cut_by, cut_by_peers, our_ways
from chunking_kit.overlap import Overlap, TokenMap
from chunking_kit.questions import QuestionSet, Span, SpanQuestion, load_questions
from chunking_kit.ranking import Ranked

from plimsoll.gateway import Embedder, find_model, load_embedder
from plimsoll.knowledge import Vectors
from plimsoll.stats import paired_mean

PASSAGES = 5
BUDGET_TOKENS = 1_000
MEASURES = ("recall", "precision", "iou", "recall_in_budget", "iou_in_budget", "cosine_recall", "cosine_iou")
CACHE = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache" / "plimsoll"))
PEERS_PYTHON = CACHE / "peers" / "splitters" / "venv" / "bin" / "python"


class Way(msgspec.Struct, frozen=True):
    """How one way to cut did: a value a question for each measure, the questions in order."""

    name: str
    chunks: int
    cut: int | None
    embedding_seconds: float
    embedding_cpu_seconds: float
    values: dict[str, list[float]]


class Difference(msgspec.Struct, frozen=True):
    """A measure of a way minus that of the default, on the held-out questions."""

    estimate: float
    low: float
    high: float

    def verdict(self) -> str:
        """Return what it says."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "cannot tell"


class Measured(msgspec.Struct, frozen=True):
    """A row of the table."""

    name: str
    chunks: int
    cut_chunks: int | None
    embedding_seconds: float
    embedding_cpu_seconds: float
    development: dict[str, float]
    held_out: dict[str, float]
    minus_default: dict[str, Difference]


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--texts", default="", help="Names of texts, by commas; default: all.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="The default and the peers only.")
    given = parser.parse_args()
    root = Path(__file__).resolve().parent.parent
    data = (given.data or Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data"))) / "chunk_spans"
    if not (data / "questions.jsonl").is_file():
        print(f"no questions at {data}: set PLIMSOLL_DATA or give --data")
        return 2 if given.data else 0
    questions = load_questions(data, only=tuple(filter(None, given.texts.split(","))))
    is_held_out = np.array([not question.is_for_development() for question in questions.questions])
    print(
        f"{int(is_held_out.sum())} held-out questions of {len(is_held_out)}; one index of {len(questions.texts)} texts"
    )
    measured: list[Measured] = []
    default: Way | None = None
    for way in measure_ways(questions, load_embedder(), is_quick=given.quick):
        default = default or way
        measured.append(compare(way, default, is_held_out))
        print(describe(measured[-1]), flush=True)
    if given.json:
        print(msgspec.json.encode({"held_out": int(is_held_out.sum()), "ways": measured}).decode())
    return 0


def measure_ways(questions: QuestionSet, embedder: Embedder, *, is_quick: bool) -> Iterator[Way]:
    """Yield how each way to cut does, the default first."""
    maps = {name: TokenMap(embedder.token_offsets(text)) for name, text in questions.texts.items()}
    vectors = embedder.embed([question.question for question in questions.questions])
    for chunking in our_ways()[: 1 if is_quick else None]:
        ranked = Ranked(cut_by(chunking, questions, embedder), questions.texts, embedder)
        yield measure_way(chunking.describe(), ranked, questions, vectors=vectors, maps=maps)
        if chunking.strategy == "parent_child":
            name = f"{chunking.describe()}, widened"
            yield measure_way(name, ranked, questions, vectors=vectors, maps=maps, is_widened=True)
    if not PEERS_PYTHON.is_file():
        print(f"no splitters at {PEERS_PYTHON}: run benchmarks/prepare_splitters.sh to compare with them")
        return
    for name, chunks in cut_by_peers(questions, PEERS_PYTHON, find_model() / "tokenizer.json").items():
        ranked = Ranked(chunks, questions.texts, embedder)
        yield measure_way(name, ranked, questions, vectors=vectors, maps=maps)


def measure_way(
    name: str,
    ranked: Ranked,
    questions: QuestionSet,
    *,
    vectors: Vectors,
    maps: dict[str, TokenMap],
    is_widened: bool = False,
) -> Way:
    """Ask every question of the ranked chunks."""
    values: dict[str, list[float]] = {measure: [] for measure in MEASURES}
    for question, vector in zip(questions.questions, vectors, strict=True):
        mixed = spans_of(
            [ranked.chunks[row] for row in ranked.by_mix(question.question, vector)], is_widened=is_widened
        )
        near = spans_of([ranked.chunks[row] for row in ranked.by_cosine(vector)], is_widened=is_widened)
        first = meet(question, mixed[:PASSAGES], maps)
        fitting = meet(question, within_budget(mixed, maps), maps)
        cosine = meet(question, near[:PASSAGES], maps)
        found = (first.recall, first.precision, first.iou, fitting.recall, fitting.iou, cosine.recall, cosine.iou)
        for measure, value in zip(MEASURES, found, strict=True):
            values[measure].append(value)
    known = [chunk.is_cut for chunk in ranked.chunks if chunk.is_cut is not None]
    cut = sum(known) if known else None
    return Way(name, len(ranked.chunks), cut, ranked.embedding_seconds, ranked.embedding_cpu_seconds, values)


def spans_of(chunks: Sequence[TextChunk], *, is_widened: bool) -> list[tuple[str, Span]]:
    """Return text and span of each chunk; widened, that of its parent, each once."""
    if is_widened:
        return list(dict.fromkeys((chunk.corpus_id, chunk.parent) for chunk in chunks))
    return [(chunk.corpus_id, chunk.span) for chunk in chunks]


def within_budget(found: Sequence[tuple[str, Span]], maps: dict[str, TokenMap]) -> list[tuple[str, Span]]:
    """Return the best spans up to the budget; of the last one, as much as there is room for."""
    kept: list[tuple[str, Span]] = []
    left = BUDGET_TOKENS
    for name, span in found:
        size = len(maps[name].tokens(span))
        kept.append((name, maps[name].head(span, left)))
        left -= size
        if left <= 0:
            break
    return kept


def meet(question: SpanQuestion, found: Sequence[tuple[str, Span]], maps: dict[str, TokenMap]) -> Overlap:
    """Compare what was found with the question's evidence."""
    own = [span for name, span in found if name == question.corpus_id]
    elsewhere = sum(len(maps[name].tokens(span)) for name, span in found if name != question.corpus_id)
    return maps[question.corpus_id].overlap(question.spans(), own, elsewhere=elsewhere)


def compare(way: Way, default: Way, is_held_out: np.ndarray) -> Measured:
    """Return the way's means on both halves, and its differences to the default on the held-out one."""
    differences: dict[str, Difference] = {}
    for measure in MEASURES:
        baseline, candidate = (np.array(one.values[measure])[is_held_out] for one in (default, way))
        delta = paired_mean(baseline, candidate, rng=np.random.default_rng(0)).delta
        differences[measure] = Difference(delta.estimate, delta.low, delta.high)
    return Measured(
        way.name,
        way.chunks,
        way.cut,
        way.embedding_seconds,
        way.embedding_cpu_seconds,
        {measure: float(np.array(way.values[measure])[~is_held_out].mean()) for measure in MEASURES},
        {measure: float(np.array(way.values[measure])[is_held_out].mean()) for measure in MEASURES},
        differences,
    )


def describe(row: Measured) -> str:
    """Return the lines of the table."""
    held = row.held_out
    cut = "?" if row.cut_chunks is None else row.cut_chunks
    lines = [
        f"{row.name:<52}{row.chunks:>6} chunks {cut:>5} cut {row.embedding_cpu_seconds:>6.1f} CPU s  "
        + "  ".join(f"{measure} {held[measure]:.3f}" for measure in MEASURES)
    ]
    for measure in ("recall_in_budget", "iou_in_budget", "iou"):
        delta = row.minus_default[measure]
        lines.append(
            f"    {measure} minus default {delta.estimate:+.3f} [{delta.low:+.3f}, {delta.high:+.3f}] {delta.verdict()}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
