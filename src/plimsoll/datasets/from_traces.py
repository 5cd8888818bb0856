"""Cases from what users asked: the inputs of traces, with what people said of the answers. Pure.

Called by the project's operations, which fetch the traces. What traces hold was redacted when it was written; what
cannot be a case is counted by its reason.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, cast

import msgspec

from plimsoll.datasets.case_line import name_case
from plimsoll.datasets.stored import KeptCase
from plimsoll.records import Case, Outcome, Score, ScoreSource
from plimsoll.traces import TraceSummary

PEOPLE = frozenset({ScoreSource.USER, ScoreSource.REVIEWER})
"""Sources of scores that are a person's word."""

Judged = Literal["passed", "failed", "any"]
"""What people said of an answer."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces become cases, beyond what a filter says."""

    judged: Judged | None = None
    """Only those on which a person gave a score: one that passes, one that does not, or any."""
    with_closed: bool = False
    """Also those that rest on documents which not everyone may read."""
    by_asker: bool = False
    """Let the cases of one person be a cluster, named by a hash."""
    tags: tuple[str, ...] = ()
    """Tags that each case gets."""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the traces."""

    cases: tuple[KeptCase, ...]
    """One for each input: those that people judged, then the others; the newest of each first."""
    left_out: dict[str, int]
    """How many traces became no case, by reason."""


def gather_cases(traces: Sequence[TraceSummary], scores: Mapping[str, Sequence[Score]], wanted: Wanted) -> Gathered:
    """Return the traces as cases. What people said becomes `expected.verdicts`, beside the output that they judged.

    Of traces with one input the newest counts that people judged, or the newest.
    """
    cases: dict[str, KeptCase] = {}
    left_out: Counter[str] = Counter()
    judged = {trace.trace_id: [one for one in scores.get(trace.trace_id, ()) if _is_verdict(one)] for trace in traces}
    for trace in sorted(traces, key=lambda trace: not judged[trace.trace_id]):
        said = judged[trace.trace_id]
        given = _object(trace.input_text)
        reason = _reason(trace, said, given, wanted=wanted)
        if reason or given is None:
            left_out[reason] += 1
            continue
        name = name_case(given)
        if name in cases:
            left_out["the same input as another trace"] += 1
            continue
        cases[name] = _make(name, given, trace, said=said, wanted=wanted)
    return Gathered(cases=tuple(cases.values()), left_out=dict(left_out))


def _reason(trace: TraceSummary, said: Sequence[Score], given: dict[str, object] | None, *, wanted: Wanted) -> str:
    """Return why the trace becomes no case; empty where it does."""
    if trace.is_closed and not wanted.with_closed:
        return "rests on documents that not everyone may read"
    if wanted.judged is not None and not _is_judged(said, wanted.judged):
        return "no person judged it so"
    if given is None:
        return "its input was not kept, was cut or is no object"
    return ""


def _is_verdict(score: Score) -> bool:
    return score.source in PEOPLE and score.passed is not None


def _is_judged(said: Sequence[Score], judged: Judged) -> bool:
    verdicts = {score.passed for score in said}
    return bool(verdicts) if judged == "any" else (judged == "passed") in verdicts


def _make(
    name: str, given: dict[str, object], trace: TraceSummary, *, said: Sequence[Score], wanted: Wanted
) -> KeptCase:
    verdicts = {score.name: score.passed for score in said}
    output = _object(trace.output_text)
    expected: dict[str, object] = {}
    if verdicts:
        expected["verdicts"] = verdicts
    if verdicts and output is not None and trace.outcome is Outcome.ANSWERED:
        expected["output"] = output
    case = Case(
        id=name,
        input=given,
        expected=expected,
        tags=wanted.tags,
        cluster=_cluster(trace) if wanted.by_asker else None,
        source_trace_id=trace.trace_id,
    )
    return KeptCase(case=case, tenant=trace.tenant, subject=trace.subject)


def _cluster(trace: TraceSummary) -> str | None:
    if trace.subject is None:
        return None
    return f"asker-{hashlib.sha256(json.dumps([trace.tenant, trace.subject]).encode()).hexdigest()[:10]}"


def _object(text: str | None) -> dict[str, object] | None:
    """Return the JSON object that a trace keeps; None where it was cut, dropped or is something else."""
    try:
        found = cast("object", json.loads(text or ""))
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", found) if isinstance(found, dict) and found else None
