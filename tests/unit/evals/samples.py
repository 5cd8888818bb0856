"""Samples, results and runs for the tests of evaluations."""

from collections.abc import Sequence
from datetime import UTC, datetime

from plimsoll.evals import CaseResult, EvalRun
from plimsoll.line import Sample
from plimsoll.records import Case, Citation, Outcome, Passage, Score

NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
TEXT = "Items may be returned within 30 days of delivery. Outlet items cannot be refunded."


def case(**expected: object) -> Case:
    return Case(id="case-1", input={"text": "How long?"}, expected=expected)


def sample(answer: str | None, *quotes: str, text: str = TEXT, outcome: Outcome | None = None) -> Sample:
    cited = [
        Citation(
            chunk_id="c1", document_id="d1", source="returns.md", title="Returns", start=0, end=len(one), quote=one
        )
        for one in quotes
    ]
    passage = Passage(chunk_id="c1", document_id="d1", source="returns.md", title="Returns", text=text)
    return Sample(
        input={"text": "How long?"},
        output=None if answer is None else {"answer": answer},
        outcome=outcome or (Outcome.ABSTAINED if answer is None else Outcome.ANSWERED),
        citations=tuple(cited),
        passages=(passage,),
    )


def result(number: int, *, passed: bool | None = True, repeat: int = 0, content: str = "same") -> CaseResult:
    """Return an answered case whose scorer `exact` passed it, failed it, or could not tell."""
    value = None if passed is None else float(passed)
    return CaseResult(
        case_id=f"case-{number:03}",
        place=number,
        repeat=repeat,
        case_hash=content,
        outcome=Outcome.ANSWERED,
        latency_ms=10.0,
        cost_usd=0.001,
        scores={"exact": Score(name="exact", value=value, passed=passed)},
        trace_id=f"{number:032x}",
    )


def run_of(
    results: Sequence[CaseResult], *, repeats: int = 1, version: str = "v1", is_complete: bool = True
) -> EvalRun:
    return EvalRun(
        id="0123456789abcdef0123456789abcdef",
        feature="docs_answer",
        dataset="docs_answer",
        dataset_version=version,
        cases=len({one.case_id for one in results}),
        repeats=repeats,
        model="scripted/one",
        started_at=NOON,
        ended_at=NOON,
        is_complete=is_complete,
        results=tuple(results),
    )
