"""Made-up requests to a feature that answers from documents: who asks what, what is found, how it goes; seeded."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from plimsoll.records import ErrorClass, Outcome, Span
from plimsoll.traces import Trace, TraceSummary
from plimsoll.traces.compare import Group, TraceFacts, compare_groups, read_facts
from plimsoll.traces.compare.records import Comparison

TOPICS = ("returns", "delivery", "payment", "warranty", "accounts", "gifts")
FILLER = ("please", "order", "my", "item", "store", "today", "number", "question", "again", "still", "help", "find")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
_NS = 1_767_225_600_000_000_000
_MS = 1_000_000


@dataclass
class World:
    """What the requests meet; tests change one thing of it."""

    documents: tuple[str, ...] = TOPICS
    fingerprint: str = "fp_1"
    prompt: str = "a" * 64
    tool_ms: float = 40.0
    pattern_share: float = 0.0
    """Share of requests of a kind that never came before."""
    heavy_user: float = 0.0
    """Share of requests of one user, all of which fail."""
    users: int = 400
    topics: tuple[str, ...] = field(default=TOPICS)


def make_trace(world: World, rng: np.random.Generator, number: int) -> Trace:
    """Return one request."""
    topic = str(rng.choice(world.topics))
    is_new = bool(rng.random() < world.pattern_share)
    is_heavy = bool(rng.random() < world.heavy_user)
    text = " ".join([topic, *rng.choice(FILLER, 6)]) + (" cryptocurrency wallet voucher" if is_new else "")
    found = topic in world.documents and not is_new
    steps = {"retrieve handbook": 20.0, "chat small": 300.0, "tool search": world.tool_ms, "prompt": 1.0}
    took = {name: float(ms * rng.lognormal(0, 0.3)) for name, ms in steps.items() if found or name != "chat small"}
    outcome = Outcome.FAILED if is_heavy else Outcome.ANSWERED if found else Outcome.ABSTAINED
    spans = _spans(f"{number:032x}", took, found=found, topic=topic, rng=rng, world=world)
    return Trace(
        summary=TraceSummary(
            trace_id=f"{number:032x}",
            started_at=BEGAN + timedelta(seconds=number),
            name="feature docs_answer",
            feature="docs_answer",
            outcome=outcome,
            error_class=ErrorClass.MODEL if is_heavy else None,
            error=None,
            duration_ms=sum(took.values()),
            input_tokens=int(200 + rng.integers(0, 50)) if found else 0,
            output_tokens=int(rng.integers(20, 60)) if found else 0,
            cost_usd=0.001,
            tenant="local",
            subject="user:heavy" if is_heavy else f"user:{rng.integers(world.users)}",
            input_text=json.dumps({"text": text}),
            output_text=json.dumps({"answer": "Within 30 days."}) if found else None,
            span_count=len(spans),
        ),
        spans=spans,
        omitted_spans=0,
    )


def _spans(
    trace_id: str, took: dict[str, float], *, found: bool, topic: str, rng: np.random.Generator, world: World
) -> tuple[Span, ...]:
    kinds = _facts_of_steps(world, rng, found=found, topic=topic)
    said = {"plimsoll.kind": "request", "plimsoll.prompt_hash": world.prompt, "plimsoll.variant": "live"}
    end = _NS + int(sum(took.values()) * _MS)
    root = Span(
        trace_id=trace_id,
        span_id="r",
        name="feature docs_answer",
        start_ns=_NS,
        end_ns=end,
        attributes={**said, "plimsoll.config_hash": f"c{world.prompt}"},
    )
    at, spans = _NS, [root]
    for name, ms in took.items():
        until = at + int(ms * _MS)
        step = Span(trace_id=trace_id, span_id=name, parent_id="r", name=name, start_ns=at, end_ns=until)
        spans.append(msgspec.structs.replace(step, attributes=dict(kinds[name])))
        at = until
    return tuple(spans)


def _facts_of_steps(
    world: World, rng: np.random.Generator, *, found: bool, topic: str
) -> dict[str, dict[str, str | float | list[str]]]:
    others = [str(name) for name in rng.choice(world.documents, 2)]
    documents = [
        {"id": name, "source": f"{name}.md", "score": float(rng.random())}
        for name in ([topic, *others] if found else others)
    ]
    return {
        "retrieve handbook": {
            "plimsoll.kind": "retrieval",
            "gen_ai.retrieval.documents": json.dumps(documents),
            "plimsoll.retrieval.finding": "found" if found else "irrelevant",
        },
        "chat small": {
            "plimsoll.kind": "model",
            "gen_ai.operation.name": "chat",
            "gen_ai.response.model": "small",
            "openai.response.system_fingerprint": world.fingerprint,
        },
        "tool search": {"plimsoll.kind": "tool", "gen_ai.tool.name": "search"},
        "prompt": {"plimsoll.kind": "prompt"},
    }


def make_group(world: World, *, seed: int, size: int = 600, label: str = "side") -> Group:
    """Return a group of requests that met this world."""
    rng = np.random.default_rng(seed)
    facts: tuple[TraceFacts, ...] = tuple(
        read_facts(make_trace(world, rng, seed * 100_000 + number)) for number in range(size)
    )
    return Group(label=label, facts=facts)


def compare_worlds(before: World, after: World, *, seed: int = 1, size: int = 600) -> Comparison:
    """Compare two worlds that share nothing but their definition."""
    return compare_groups(
        make_group(before, seed=seed, size=size, label="before"),
        make_group(after, seed=seed + 50_000, size=size, label="after"),
    )
