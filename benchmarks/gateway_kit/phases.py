"""The scenarios, and one measurement of one of them: load for a while, CPU time of the gateway meanwhile.

Used by the benchmark. A measurement is checked against what the upstream saw: a cache hit that reached it, or a
fall-back that never met the refusal, counts as an error.
"""

import asyncio
import urllib.request

import msgspec
from gateway_kit.load import Load, Pace, quantile, run_load
from gateway_kit.running import NotStarted
from gateway_kit.target import Kind, Question, Target

CHAT = "chat, 16 connections"
CHAT_PACED = "chat, 16 connections, 240/s"
CHAT_ALONE = "chat, 1 connection"
STREAM_SHORT = "stream of 20 chunks"
STREAM_LONG = "stream of 220 chunks"
STREAM_ALONE = "stream of 20 chunks, 1 connection"
MORE_CHUNKS = 200
"""Chunks of the long stream beyond those of the short one."""
SETTLE_SECONDS = 0.3
"""After the last answer: what a gateway put off until then (its trace, its ledger) is part of the request's price."""
_QUARTERS = 4


class Phase(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario under one load."""

    name: str
    question: Question = Question()
    connections: int = 16
    per_second: float = 0.0
    """Requests a second over all connections; 0 sends the next as soon as the last is answered."""


PHASES = (
    Phase(name=CHAT),
    Phase(name=CHAT_PACED, per_second=240),
    Phase(name=CHAT_ALONE, connections=1),
    Phase(name=STREAM_SHORT, question=Question(chunks=20)),
    Phase(name=STREAM_LONG, question=Question(chunks=20 + MORE_CHUNKS)),
    Phase(name=STREAM_ALONE, question=Question(chunks=20), connections=1),
    Phase(name="10 KB prompt", question=Question(characters=10_000)),
    Phase(name="100 KB prompt", question=Question(characters=100_000)),
    Phase(name="cache hit", question=Question(kind=Kind.CACHED)),
    Phase(name="fall-back", question=Question(kind=Kind.FALL_BACK)),
)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One measurement of one target."""

    requests: int
    """Right answers."""
    cpu_ms: float
    """CPU time of the gateway's processes a request; 0 for the upstream itself."""
    p50_ms: float
    p95_ms: float
    p99_ms: float
    first_ms: float
    """Median time to the first of the upstream's words."""
    per_second: float
    errors: tuple[str, ...] = ()


class Seen(msgspec.Struct, frozen=True):
    """What the upstream answered and refused since its start."""

    answered: int
    refused: int


async def measure(target: Target, phase: Phase, *, upstream_port: int, seconds: float) -> Measured | None:
    """Run one scenario for some seconds; None where the target cannot do it."""
    pace = Pace(connections=phase.connections, seconds=seconds, per_second=phase.per_second)
    request = phase.question.of(target)
    if request is None:
        return None
    before, cpu = _seen(upstream_port), _cpu_seconds(target)
    load = await run_load(request, pace)
    await asyncio.sleep(SETTLE_SECONDS)
    spent = _cpu_seconds(target) - cpu
    if target.running:
        reached = _difference(before, _seen(upstream_port))
        load = msgspec.structs.replace(load, errors=(*load.errors, *_untrue(phase, load, reached)))
    return _measured(load, spent)


async def prove(target: Target) -> None:
    """Ask one chat request of a target that says it is ready.

    Raises:
        NotStarted: the answer was not the upstream's.
    """
    request = Question().of(target)
    load = await run_load(request, Pace(connections=1, requests=1)) if request else None
    if load is None or load.errors:
        raise NotStarted(f"it does not answer chat completions: {load.errors[0] if load else 'no way to ask'}")


async def resident_growth(target: Target, *, requests: int) -> list[float]:
    """Return the resident megabytes before so many chat requests and after each quarter; a twentieth is sent first.

    Raises:
        RuntimeError: an answer was wrong.
    """
    request = Question().of(target)
    if request is None or target.running is None:
        return []
    await run_load(request, Pace(connections=16, requests=requests // 20))
    resident = [target.running.resident_megabytes()]
    for _ in range(_QUARTERS):
        load = await run_load(request, Pace(connections=16, requests=requests // _QUARTERS))
        if load.errors:
            raise RuntimeError(f"{target.name} answered wrongly: {load.errors[0]}")
        resident.append(target.running.resident_megabytes())
    return resident


def _measured(load: Load, cpu_seconds: float) -> Measured:
    count = len(load.latencies)
    return Measured(
        requests=count,
        cpu_ms=cpu_seconds / count * 1000 if count else 0.0,
        p50_ms=quantile(load.latencies, 0.50) * 1000,
        p95_ms=quantile(load.latencies, 0.95) * 1000,
        p99_ms=quantile(load.latencies, 0.99) * 1000,
        first_ms=quantile(load.firsts, 0.50) * 1000,
        per_second=load.per_second,
        errors=load.errors,
    )


def _untrue(phase: Phase, load: Load, reached: Seen) -> list[str]:
    count = len(load.latencies)
    if phase.question.kind is Kind.CACHED and reached.answered > phase.connections:
        return [f"{reached.answered} of {count} answers came from the upstream"]
    if phase.question.kind is Kind.FALL_BACK and reached.refused < count:
        return [f"the failing model was asked {reached.refused} times in {count} requests"]
    if phase.question.kind is Kind.CHAT and reached.answered < count:
        return [f"the upstream saw {reached.answered} of {count} requests"]
    return []


def _cpu_seconds(target: Target) -> float:
    return target.running.cpu_seconds() if target.running else 0.0


def _seen(port: int) -> Seen:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/counts", timeout=5) as answer:
        return msgspec.json.decode(answer.read(), type=Seen)


def _difference(before: Seen, after: Seen) -> Seen:
    return Seen(after.answered - before.answered, after.refused - before.refused)
