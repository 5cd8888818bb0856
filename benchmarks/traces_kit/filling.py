"""Fill a store with a month of made-up traffic, by the path that real spans take.

    python -m benchmarks.traces_kit.filling PATH --spans 1000000 [--alone] [--long 30000] [--seed 7]

PATH is a file for SQLite or a PostgreSQL URL. Requests of five features are spread over the 30 days before 2026-11-20:
eight spans each, two variants (a candidate in the last week, slower and worse), three models, 2,000 people, sessions,
tags, scores, and failures of every class. `--alone` makes each request one call of a model with 2 KB of messages.
Words have the frequencies of Python's own reference; each of `RARE` stands in three requests. `--long` adds one trace
of so many spans.
"""

import argparse
import asyncio
import re
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pydoc_data.topics import topics

import msgspec
import numpy as np
import psycopg

from plimsoll.records import Attribute, Score, ScoreSource, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, TraceFilter, Traces, keep_content

END = datetime(2026, 11, 20, tzinfo=UTC)
"""When the traffic ends."""
DAYS = 30
LONG_TRACE = "f" * 31 + "0"
"""Id of the long trace."""
_FEATURES = ("docs_answer", "search", "listing", "support", "moderation")
_SHARES = (0.4, 0.25, 0.2, 0.1, 0.05)
_MODELS = ("small-1", "medium-1", "large-1")
_FAILURES = ("model", "infrastructure", "validation", "policy", "limit")
_TOPICS = ("refund", "delivery", "invoice", "warranty", "account", "language", "opening hours", "payment")
_STEPS = (
    ("guard input", "guard", 4.0),
    ("retrieve handbook", "retrieval", 25.0),
    ("render prompt", "prompt", 1.0),
    ("chat", "model", 700.0),
    ("tool lookup", "tool", 60.0),
    ("chat", "model", 500.0),
    ("guard output", "guard", 5.0),
)
RARE = ("zebu", "kazoo", "okapis", "jacuzzi", "xylophone")
"""Words that three requests hold: one in the first tenth, one in the middle, one in the last tenth."""
_BATCH = 2_000


class Traffic:
    """Requests in the order in which they came."""

    def __init__(self, requests: int, *, seed: int, alone: bool = False) -> None:
        self._source = np.random.default_rng(seed)
        self._alone = alone
        self._rare = {requests * tenth // 20 + place: word for tenth in (1, 10, 19) for place, word in enumerate(RARE)}
        self._begin_ns = int((END - timedelta(days=DAYS)).timestamp()) * 10**9
        self._every_ns = DAYS * 86_400 * 10**9 // max(1, requests)
        counted = Counter(word for topic in topics.values() for word in re.findall("[a-z]{2,}", topic.lower()))
        self._words = sorted(counted)
        self._shares = np.cumsum([counted[word] for word in self._words]) / counted.total()

    def request(self, number: int) -> tuple[list[Span], list[Score]]:
        """Return one request's spans, and what was said of it."""
        draw = self._source
        start = self._begin_ns + number * self._every_ns + int(draw.integers(self._every_ns))
        trace_id = draw.bytes(16).hex()
        is_late = start > int((END - timedelta(days=7)).timestamp()) * 10**9
        variant = "candidate" if is_late and draw.random() < 0.3 else "live"
        worse = variant == "candidate"
        failure = str(draw.choice(_FAILURES)) if draw.random() < (0.08 if worse else 0.02) else ""
        facts: dict[str, Attribute] = {
            "plimsoll.feature": str(draw.choice(_FEATURES, p=_SHARES)),
            "plimsoll.variant": variant,
            "plimsoll.config_hash": "c2" * 8 if worse else "c1" * 8,
            "plimsoll.release": "2026.11" if is_late else "2026.10",
            "plimsoll.subject": f"user:{int(draw.integers(2_000))}",
            "plimsoll.session": f"session-{number // 3}",
        }
        model = _MODELS[int(draw.choice(3, p=(0.6, 0.3, 0.1)))]
        slower = 1.4 if worse else 1.0
        rare = self._rare.get(number, "")
        if self._alone:
            spans = [
                self._lonely(trace_id, start, facts | self._call(model), slower=slower, failure=failure, rare=rare)
            ]
        else:
            spans = list(self._steps(trace_id, start, facts, model=model, slower=slower, failure=failure, rare=rare))
        return spans, self._scores(trace_id, worse=worse) if number % 5 == 0 else []

    def _lonely(
        self, trace_id: str, start: int, facts: dict[str, Attribute], *, slower: float, failure: str, rare: str
    ) -> Span:
        said: dict[str, Attribute] = {
            "plimsoll.kind": "model",
            "plimsoll.outcome": "failed" if failure else "answered",
            "plimsoll.tags": [self._topic(), "web"],
            "plimsoll.input": msgspec.json.encode({"text": f"{self._topic()}: {self._text(200)} {rare}"}).decode(),
            "plimsoll.output": msgspec.json.encode({"answer": self._text(100)}).decode(),
        }
        said |= {"plimsoll.error_class": failure} if failure else {}
        end = start + int(self._source.lognormal(0, 0.5) * 900 * slower * 1e6)
        return _span(trace_id, 1, name="chat", start=start, end=end, attributes=facts | said, failed=bool(failure))

    def _steps(
        self,
        trace_id: str,
        start: int,
        facts: dict[str, Attribute],
        *,
        model: str,
        slower: float,
        failure: str,
        rare: str,
    ) -> Iterator[Span]:
        at = start + 500_000
        for place, (name, kind, ms) in enumerate(_STEPS, start=2):
            took = int(self._source.lognormal(0, 0.5) * ms * slower * 1e6)
            attributes = facts | {"plimsoll.kind": kind} | (self._call(model) if kind == "model" else {})
            failed = bool(failure) and place == len(_STEPS)
            attributes |= {"plimsoll.error_class": failure} if failed else {}
            yield _span(trace_id, place, name=name, start=at, end=at + took, attributes=attributes, failed=failed)
            at += took + 100_000
        outcome = "failed" if failure else "answered" if self._source.random() < 0.9 else "abstained"
        ended: dict[str, Attribute] = {"plimsoll.kind": "request", "plimsoll.outcome": outcome}
        said: dict[str, Attribute] = {
            "plimsoll.input": msgspec.json.encode({"text": f"{self._topic()}: {self._text(12)} {rare}"}).decode(),
            "plimsoll.output": msgspec.json.encode({"answer": self._text(40)}).decode(),
            "plimsoll.tags": [self._topic(), "web"],
        }
        ended |= {"plimsoll.error_class": failure} if failure else {}
        name = str(facts["plimsoll.feature"])
        yield _span(trace_id, 1, name=name, start=start, end=at, attributes=facts | said | ended, failed=bool(failure))

    def _call(self, model: str) -> dict[str, Attribute]:
        tokens = int(self._source.integers(200, 4_000))
        written = int(self._source.integers(20, 600))
        return {
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": model,
            "gen_ai.usage.input_tokens": tokens,
            "gen_ai.usage.output_tokens": written,
            "gen_ai.usage.cache_read.input_tokens": tokens // 3,
            "plimsoll.cost_usd": (tokens + 4 * written) * (1 + _MODELS.index(model)) / 1e6,
            "plimsoll.input": self._text(60),
            "plimsoll.output": self._text(40),
        }

    def _scores(self, trace_id: str, *, worse: bool) -> list[Score]:
        passed = bool(self._source.random() < (0.7 if worse else 0.92))
        grounded = Score(name="grounded", value=float(passed), passed=passed, trace_id=trace_id, inclusion=0.2)
        thumb = Score(name="helpful", value=float(passed), passed=passed, trace_id=trace_id, source=ScoreSource.USER)
        return [grounded, thumb] if self._source.random() < 0.1 else [grounded]

    def _topic(self) -> str:
        return _TOPICS[int(self._source.integers(len(_TOPICS)))]

    def _text(self, words: int) -> str:
        places = np.searchsorted(self._shares, self._source.random(words), side="right").tolist()
        return " ".join([self._words[place] for place in places])


def _span(
    trace_id: str, place: int, *, name: str, start: int, end: int, attributes: dict[str, Attribute], failed: bool
) -> Span:
    return Span(
        trace_id=trace_id,
        span_id=f"{place:016x}",
        parent_id=None if place == 1 else f"{1:016x}",
        name=name,
        start_ns=start,
        end_ns=end,
        error="the provider did not answer" if failed else None,
        attributes=attributes,
    )


def long_trace(spans: int) -> list[Span]:
    """Return one trace of so many spans: an agent's run, ten steps below each turn."""
    start = int((END - timedelta(hours=1)).timestamp()) * 10**9
    facts: dict[str, Attribute] = {"plimsoll.feature": "agent", "plimsoll.subject": "user:1"}
    made: list[Span] = []
    for place in range(1, spans + 1):
        parent = None if place == 1 else 1 if place % 11 == 2 else place - (place - 2) % 11
        begin = start + place * 10**6
        kind = "request" if place == 1 else "agent" if parent == 1 else "tool"
        span = _span(
            LONG_TRACE, place, name=f"{kind} {place % 7}", start=begin, end=begin + 9 * 10**5,
            attributes=facts | {"plimsoll.kind": kind}, failed=False,
        )  # fmt: skip
        end_ns = start + spans * 10**6 if parent is None else span.end_ns
        made.append(
            msgspec.structs.replace(span, parent_id=None if parent is None else f"{parent:016x}", end_ns=end_ns)
        )
    return made


async def fill(url: str, *, spans: int, long: int = 0, seed: int = 7, alone: bool = False) -> tuple[int, float]:
    """Fill the store; return how many spans were written and the CPU seconds that it took."""
    store = await Store.open(url, schema="traces", clock=SystemClock())
    capture = Capture(store, SystemClock(), redact=keep_content, bound=1_000_000)
    requests = spans if alone else spans // (len(_STEPS) + 1)
    traffic = Traffic(requests, seed=seed, alone=alone)
    began = time.process_time()
    batch: list[Span] = []
    scores: list[Score] = []
    written = 0
    for number in range(requests):
        made, said = traffic.request(number)
        batch += made
        scores += said
        if len(batch) >= _BATCH or number == requests - 1:
            await capture.put_all(batch)
            await Traces(store).add_scores(scores)
            written += len(batch)
            batch, scores = [], []
    if long:
        written += len(made := long_trace(long))
        await capture.put_all(made)
    await capture.flush(timeout_seconds=120)
    await capture.close()
    await store.close()
    return written, time.process_time() - began


async def fill_if_empty(url: str, *, spans: int, long: int) -> None:
    """Fill the store unless it holds traces; let PostgreSQL look at its tables, which autovacuum does later."""
    store = await Store.open(url, schema="traces", clock=SystemClock())
    held = await Traces(store).list(TraceFilter(limit=1))
    await store.close()
    if not held:
        await fill(url, spans=spans, long=long)
        if url.startswith("postgresql"):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")


def main() -> None:
    """Fill what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--long", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--alone", action="store_true")
    asked = parser.parse_args()
    url = asked.path if "://" in asked.path else f"sqlite:///{asked.path}"
    written, seconds = asyncio.run(fill(url, spans=asked.spans, long=asked.long, seed=asked.seed, alone=asked.alone))
    print(f"{written} spans in {seconds:.0f} CPU seconds, {written / seconds:,.0f} a second, making them included")


if __name__ == "__main__":
    main()
