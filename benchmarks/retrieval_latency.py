"""What one retrieval costs: time, CPU and the share of each step, for plans from the plainest to the widest.

Run `benchmarks/retrieval_latency.py --data DIR [--json] [--quick]`. DIR holds `squad2`. Half of the
documents are closed to one of the two callers and carry the metadata that the filter asks for. Everything is warm;
`at once` questions are under way together.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from answers_kit.ingested import Ingested, ingested
from answers_kit.questions import load_question_set
from sqlalchemy import Connection, select, update

from plimsoll.knowledge import RetrievalPlan, RetrievalResult, Where
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.records import Principal

QUESTIONS, QUICK_QUESTIONS, WARM_UP = 400, 80, 40
AT_ONCE = (1, 8)
INSIDER = Principal(id="user:ada", groups=frozenset({"half"}))
OUTSIDER = Principal(id="user:eve")


class Way(msgspec.Struct, frozen=True):
    """A way of asking."""

    plan: RetrievalPlan = RetrievalPlan()
    caller: Principal = INSIDER


WAYS = {
    "default": Way(),
    "neighbours": Way(RetrievalPlan(widen="neighbours")),
    "section": Way(RetrievalPlan(widen="section")),
    "filter": Way(RetrievalPlan(where=Where(equals={"half": True}))),
    "half readable": Way(caller=OUTSIDER),
    "budget": Way(RetrievalPlan(token_budget=600)),
    "budget, section": Way(RetrievalPlan(token_budget=600, widen="section")),
    "deadline": Way(RetrievalPlan(deadline_ms=10_000)),
}


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a question cost in one way."""

    way: str
    at_once: int
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    """CPU time of the process over questions."""
    steps_ms: dict[str, float]
    """Median time of each step."""


def close_half(connection: Connection) -> None:
    """Let every second document be read by one group only, and carry metadata."""
    sources = connection.execute(select(DOCUMENTS.c.source).order_by(DOCUMENTS.c.source)).scalars().all()
    closed = DOCUMENTS.c.source.in_(sources[::2])
    connection.execute(update(DOCUMENTS).where(closed).values(readers=["group:half"], metadata={"half": True}))


async def prepare(bench: Ingested, folder: Path) -> None:
    """Close half of the documents and publish an index that knows it."""
    await bench.store.write(close_half)
    extra = folder / "documents" / "extra.md"
    extra.write_text("# Extra\n\nA document whose only use is that the index is built again.\n", encoding="utf-8")
    await bench.corpus.ingest([extra], root=folder)


async def ask_all(
    bench: Ingested, way: Way, questions: Sequence[str], *, at_once: int
) -> tuple[list[float], list[RetrievalResult]]:
    """Ask the questions, so many at once, and return the milliseconds that each took and what was found."""
    waiting, taken = iter(questions), list[float]()
    results: list[RetrievalResult] = []

    async def ask() -> None:
        for question in waiting:
            began = time.perf_counter()
            results.append(await bench.corpus.retrieve(question, plan=way.plan, caller=way.caller))
            taken.append((time.perf_counter() - began) * 1_000)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(ask())
    return taken, results


async def measure(bench: Ingested, name: str, questions: Sequence[str], *, at_once: int) -> Cost:
    """Ask every question once and count time and CPU."""
    await ask_all(bench, WAYS[name], questions[:WARM_UP], at_once=at_once)
    before = time.process_time()
    taken, results = await ask_all(bench, WAYS[name], questions, at_once=at_once)
    cpu = time.process_time() - before
    steps: dict[str, list[float]] = {}
    for result in results:
        for step in result.times:
            steps.setdefault(step.step, []).append(step.milliseconds)
    return Cost(
        way=name,
        at_once=at_once,
        p50_ms=float(np.percentile(taken, 50)),
        p95_ms=float(np.percentile(taken, 95)),
        cpu_ms=cpu * 1_000 / len(questions),
        steps_ms={step: float(np.median(times)) for step, times in steps.items()},
    )


async def run(data: Path, *, count: int) -> list[Cost]:
    """Ingest, and measure every way."""
    question_set = load_question_set(data / "squad2")
    every = [one.question for one in question_set.questions]
    questions = every[:: max(1, len(every) // count)][:count]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        async with ingested(question_set, folder) as bench:
            await prepare(bench, folder)
            return [await measure(bench, name, questions, at_once=at_once) for at_once in AT_ONCE for name in WAYS]


def main() -> int:
    """Run the benchmark and print what it found."""
    parser = argparse.ArgumentParser(description="Measure what one retrieval costs.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help=f"ask {QUICK_QUESTIONS} questions instead of {QUESTIONS}")
    chosen = parser.parse_args()
    count = QUICK_QUESTIONS if chosen.quick else QUESTIONS
    costs = asyncio.run(run(chosen.data, count=count))
    if chosen.json:
        told = {"load": os.getloadavg()[0], "cores": os.cpu_count(), "questions": count, "costs": costs}
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return 0
    for one in costs:
        steps = ", ".join(f"{step} {milliseconds:.1f}" for step, milliseconds in one.steps_ms.items())
        head = f"{one.way:16} {one.at_once:2} at once: p50 {one.p50_ms:6.1f} ms, p95 {one.p95_ms:6.1f} ms"
        sys.stdout.write(f"{head}, CPU {one.cpu_ms:5.1f} ms; {steps}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
