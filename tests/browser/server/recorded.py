"""Traces as an agent leaves them, written straight down: a request with a tool that failed, and one of any length."""

import json
from typing import Any

from plimsoll.project import Project
from plimsoll.records import Span

MILLISECOND = 1_000_000
QUESTION = "Where is my parcel, and what does express delivery cost?"
_STEPS = (
    # number, parent, name, kind, begin and end in ms
    (1, None, "assistant", "request", 0, 2400),
    (2, 1, "check the input", "guard", 4, 20),
    (3, 1, "retrieve docs", "retrieval", 24, 160),
    (4, 3, "embeddings all-minilm", "embedding", 30, 60),
    (5, 1, "prompt assistant.md", "prompt", 162, 164),
    (6, 1, "chat small", "model", 170, 900),
    (7, 1, "find_parcel", "tool", 910, 1400),
    (8, 7, "GET parcels", "tool", 920, 1390),
    (9, 1, "chat large", "model", 1410, 2300),
    (10, 1, "grounded", "judge", 2310, 2390),
)
_DOCUMENTS = [
    {"id": "c1", "source": "documents/delivery.md", "score": 0.8123},
    {"id": "c2", "source": "documents/returns.md", "score": 0.4017},
]


def say(role: str, text: str) -> str:
    """Return one message as the conventions write it."""
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": text}]}])


def _said(number: int, answer: str) -> dict[str, Any]:
    usage = {"gen_ai.usage.input_tokens": 640, "gen_ai.usage.output_tokens": 58, "plimsoll.cost_usd": 0.0031}
    if number == 1:
        asked, answered = json.dumps({"text": QUESTION}), json.dumps({"answer": answer})
        return {"plimsoll.input": asked, "plimsoll.output": answered, "plimsoll.outcome": "answered"}
    if number == 3:
        return {"gen_ai.retrieval.query.text": QUESTION, "gen_ai.retrieval.documents": json.dumps(_DOCUMENTS)}
    if number in {6, 9}:
        model = "small-1" if number == 6 else "large-2"
        messages = {"gen_ai.input.messages": say("user", QUESTION), "gen_ai.output.messages": say("assistant", answer)}
        return {"gen_ai.request.model": model, **messages, **usage}
    return {"gen_ai.tool.call.arguments": '{"id": "P-17"}', "http.response.status_code": 503} if number > 6 else {}


def conversation(trace: int, began_ns: int, *, answer: str = "Express delivery costs 9 euros.") -> list[Span]:
    """Return the spans of one request of an assistant; a tool of it failed."""
    shared = {"plimsoll.feature": "assistant", "plimsoll.tenant": "local", "plimsoll.subject": "user:ada"}
    return [
        Span(
            trace_id=f"{trace:032x}",
            span_id=f"{number:016x}",
            parent_id=f"{parent:016x}" if parent else None,
            name=name,
            start_ns=began_ns + begin * MILLISECOND,
            end_ns=began_ns + end * MILLISECOND,
            error="The parcel service answered 503." if number == 8 else None,
            attributes={**shared, "plimsoll.kind": kind, **_said(number, answer)},
        )
        for number, parent, name, kind, begin, end in _STEPS
    ]


def long_trace(trace: int, began_ns: int, *, count: int) -> list[Span]:
    """Return a trace of so many spans, each with a kilobyte of text: twenty steps within each step."""
    return [
        Span(
            trace_id=f"{trace:032x}",
            span_id=f"{number + 1:016x}",
            parent_id=f"{(number - 1) // 20 + 1:016x}" if number else None,
            name=f"step {number}",
            start_ns=began_ns + number * 1_000,
            end_ns=began_ns + (count + number) * 1_000,
            attributes={"plimsoll.kind": "tool", "plimsoll.tenant": "local", "plimsoll.output": f"{number} " * 170},
        )
        for number in range(count)
    ]


async def record(project: Project, spans: list[Span]) -> None:
    """Write the spans down."""
    for begin in range(0, len(spans), 5_000):
        assert all(project._parts.capture.put(span) for span in spans[begin : begin + 5_000])
        assert await project._parts.capture.flush(timeout_seconds=60)
