"""Two traces step by step: which steps answer each other, and in what these differ. Pure.

Steps are told by their place in the tree, their kind and their name; model calls by their place alone, so that a call
answers the one that asked another model.
"""

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

import msgspec

from plimsoll.records import Span
from plimsoll.server.tracing.step_view import Found, StepView, view_step
from plimsoll.traces import StepLine

MOST_COMPARED = 300
"""Steps of each trace that are compared: the first ones of its tree."""
_SLOWER = 1.5
_LEAST_MS = 50.0

_Key = tuple[int, str, str]


class SeenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that one or both retrievals found."""

    id: str
    """Its chunk."""
    source: str
    """Its document's source."""
    first: float | None
    """Its score in the first trace; None where it was not found."""
    second: float | None
    """Its score in the second."""


class AlignedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of one trace, and the step of the other that answers it."""

    depth: int
    """How many steps contain it."""
    name: str
    """What was done."""
    kind: str
    """What kind of step it is."""
    first: StepView | None
    """The step in the first trace; None where only the second has it."""
    second: StepView | None
    """The step in the second trace."""
    differs_in: tuple[str, ...]
    """In what they differ: `step` where only one has it, else of input, output, model, error, documents, duration."""
    documents: tuple[SeenDocument, ...]
    """What they found, where that differs."""


class StepKey(msgspec.Struct, frozen=True, kw_only=True):
    """A step with its place in its tree."""

    span_id: str
    """Its id."""
    depth: int
    """How many steps contain it."""
    key: _Key
    """What it is told by."""


def place_steps(lines: Sequence[StepLine]) -> list[StepKey]:
    """Return the first 300 steps of a tree, depth first; `lines` stand by their beginning."""
    known = {line.span_id for line in lines}
    children: dict[str | None, list[StepLine]] = {}
    for line in lines:
        children.setdefault(line.parent_id if line.parent_id in known else None, []).append(line)
    placed: list[StepKey] = []
    waiting = [(line, 0) for line in reversed(children.pop(None, []))]
    while waiting and len(placed) < MOST_COMPARED:
        line, depth = waiting.pop()
        name = "" if line.kind == "model" else line.name
        placed.append(StepKey(span_id=line.span_id, depth=depth, key=(depth, line.kind or "", name)))
        waiting += [(child, depth + 1) for child in reversed(children.pop(line.span_id, []))]
    return placed


def align_steps(
    first: Sequence[StepKey], second: Sequence[StepKey], *, spans: tuple[Mapping[str, Span], Mapping[str, Span]]
) -> tuple[AlignedStep, ...]:
    """Return the steps of both in order, side by side; `spans` hold what each trace's steps say."""
    return tuple(
        _compare(
            depth=(one or two or first[0]).depth,
            before=view_step(spans[0][one.span_id]) if one and one.span_id in spans[0] else None,
            after=view_step(spans[1][two.span_id]) if two and two.span_id in spans[1] else None,
        )
        for one, two in _pairs(first, second)
    )


def _pairs(first: Sequence[StepKey], second: Sequence[StepKey]) -> Iterator[tuple[StepKey | None, StepKey | None]]:
    matcher = SequenceMatcher(a=[one.key for one in first], b=[two.key for two in second], autojunk=False)
    for change, start, end, other_start, other_end in matcher.get_opcodes():
        left, right = first[start:end], second[other_start:other_end]
        if change == "equal":
            yield from zip(left, right, strict=True)
        else:
            yield from ((one, None) for one in left)
            yield from ((None, two) for two in right)


def _compare(*, depth: int, before: StepView | None, after: StepView | None) -> AlignedStep:
    shown = before or after
    documents = () if before is None or after is None else _documents(before.found, after.found)
    return AlignedStep(
        depth=depth,
        name=shown.name if shown else "",
        kind=shown.kind if shown else "",
        first=before,
        second=after,
        differs_in=("step",) if before is None or after is None else tuple(_differences(before, after)),
        documents=documents,
    )


def _differences(before: StepView, after: StepView) -> Iterator[str]:
    if before.asked != after.asked:
        yield "input"
    if before.answered != after.answered:
        yield "output"
    if before.model != after.model:
        yield "model"
    if before.error != after.error:
        yield "error"
    if _documents(before.found, after.found):
        yield "documents"
    longer, shorter = max(before.duration_ms, after.duration_ms), min(before.duration_ms, after.duration_ms)
    if longer - shorter >= _LEAST_MS and longer >= _SLOWER * shorter:
        yield "duration"


def _documents(before: Sequence[Found], after: Sequence[Found]) -> tuple[SeenDocument, ...]:
    """Return what either found, in the order of the second; nothing where both found the same in the same order."""
    if [one.id for one in before] == [one.id for one in after]:
        return ()
    first, second = ({one.id: one for one in found} for found in (before, after))
    gone = [one for one in before if one.id not in second]
    return tuple(
        SeenDocument(
            id=one.id,
            source=one.source,
            first=first[one.id].score if one.id in first else None,
            second=second[one.id].score if one.id in second else None,
        )
        for one in (*after, *gone)
    )
