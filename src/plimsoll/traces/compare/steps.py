"""How long each step of a trace took by itself, without the steps inside it: what adds up to the whole. Pure."""

from collections.abc import Sequence

from plimsoll.records import Span


def own_times(spans: Sequence[Span]) -> dict[str, float]:
    """Return milliseconds by step; steps of one name together, calls of models by what they do rather than by model."""
    inside: dict[str, list[tuple[int, int]]] = {}
    for span in spans:
        if span.parent_id is not None:
            inside.setdefault(span.parent_id, []).append((span.start_ns, span.end_ns))
    times: dict[str, float] = {}
    for span in spans:
        own = span.end_ns - span.start_ns - _covered(span, inside.get(span.span_id, []))
        name = name_step(span)
        times[name] = times.get(name, 0.0) + max(0, own) / 1e6
    return times


def name_step(span: Span) -> str:
    """Return the step's name: the same whichever model or prompt it used, so that it can be compared across them."""
    kind = span.attributes.get("plimsoll.kind")
    if kind == "model":
        return str(span.attributes.get("gen_ai.operation.name") or "model call")
    return str(kind) if kind in {"prompt", "parse", "cite", "request"} else span.name


def _covered(span: Span, parts: list[tuple[int, int]]) -> int:
    """Return the nanoseconds of a span in which a step within it ran; steps side by side count once."""
    covered, reached = 0, span.start_ns
    for start, end in sorted(parts):
        begin, until = max(start, reached), min(end, span.end_ns)
        covered += max(0, until - begin)
        reached = max(reached, until)
    return covered
