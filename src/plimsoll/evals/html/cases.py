"""The cases of a run that a person should look at, and those of a comparison. Pure; read by the templates."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.pairing import CaseStatus
from plimsoll.evals.run_comparison import CaseSide, ComparedCase, RunComparison
from plimsoll.evals.trace_text import TraceText
from plimsoll.pages import DiffPart, cut_text, diff_words, main_text
from plimsoll.records import ErrorClass, Outcome

_MOST_SHOWN = 200


class CaseGroup(StrEnum):
    """What a run says about a case."""

    FAILED = "failed"
    """A scorer was not satisfied, or the request failed."""
    UNDECIDED = "undecided"
    """A scorer could not tell."""
    LOST = "lost"
    """Infrastructure kept it from being answered."""
    REFUSED = "refused input"
    """The feature does not take such an input; it counts for nothing."""
    PASSED = "passed"
    """Every scorer that applies was satisfied."""


class CaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a run."""

    number: int
    """Its place among those that are shown, from 1."""

    result: CaseResult
    """How it went."""
    group: CaseGroup
    """What the run says about it."""
    question: str | None
    """What was asked; None where it cannot be shown."""
    answer: str | None
    """What was answered; None where there is none or it cannot be shown."""


class CasesView(msgspec.Struct, frozen=True, kw_only=True):
    """The cases of a run, by group."""

    counts: dict[CaseGroup, int]
    """How many results stand how."""
    groups: dict[CaseGroup, tuple[CaseView, ...]]
    """Those to look at, 200 at most, the worst group first."""
    not_shown: int
    """How many more there are to look at."""
    failing: dict[str, tuple[CaseView, ...]]
    """Of those that are shown: the results that failed, by scorer."""


class ComparedCaseView(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a comparison."""

    case: ComparedCase
    """What changed about it."""
    question: str | None
    """What was asked; None where it cannot be shown."""
    before: str | None
    """The baseline's answer; None where there is none or it cannot be shown."""
    after: str | None
    """The candidate's."""
    parts: tuple[DiffPart, ...]
    """How the answers differ, where both are there."""


class ComparedCasesView(msgspec.Struct, frozen=True, kw_only=True):
    """The changed cases of a comparison, by status."""

    groups: dict[CaseStatus, tuple[ComparedCaseView, ...]]
    """The worst first, 200 at most."""
    not_shown: int
    """How many more there are."""


def group_of(result: CaseResult) -> CaseGroup:
    """Return what the run says about the result."""
    if result.error_class is ErrorClass.VALIDATION:
        return CaseGroup.REFUSED
    if result.error_class is ErrorClass.INFRASTRUCTURE and result.outcome is not Outcome.ANSWERED:
        return CaseGroup.LOST
    if result.outcome is Outcome.FAILED or any(one.passed is False for one in result.scores.values()):
        return CaseGroup.FAILED
    return CaseGroup.UNDECIDED if any(one.passed is None for one in result.scores.values()) else CaseGroup.PASSED


def cases_to_look_at(run: EvalRun) -> list[CaseResult]:
    """Return the results that did not pass, the worst group first."""
    order = list(CaseGroup)
    grouped = [(order.index(group_of(one)), one) for one in run.results]
    return [one for place, one in sorted(grouped, key=lambda pair: pair[0]) if order[place] is not CaseGroup.PASSED]


def view_cases(run: EvalRun, texts: Mapping[str, TraceText]) -> CasesView:
    """Return the run's cases to look at, with what was asked and answered where it can be shown."""
    found = cases_to_look_at(run)
    shown = [_view_case(number, one, texts) for number, one in enumerate(found[:_MOST_SHOWN], 1)]
    failing: dict[str, tuple[CaseView, ...]] = {}
    for view in shown:
        for name, score in view.result.scores.items():
            if score.passed is False:
                failing[name] = (*failing.get(name, ()), view)
    groups = dict.fromkeys(one.group for one in shown)
    return CasesView(
        counts=dict(Counter(map(group_of, run.results))),
        groups={group: tuple(one for one in shown if one.group is group) for group in groups},
        not_shown=len(found) - len(shown),
        failing=failing,
    )


def view_compared_cases(found: RunComparison, texts: Mapping[str, TraceText]) -> ComparedCasesView:
    """Return the cases that changed, with both answers where they can be shown."""
    shown = [_view_compared(one, texts) for one in found.cases[:_MOST_SHOWN]]
    statuses = dict.fromkeys(one.case.status for one in shown)
    return ComparedCasesView(
        groups={status: tuple(one for one in shown if one.case.status is status) for status in statuses},
        not_shown=len(found.cases) - len(shown),
    )


def _view_case(number: int, result: CaseResult, texts: Mapping[str, TraceText]) -> CaseView:
    text = texts.get(result.trace_id or "")
    return CaseView(
        number=number,
        result=result,
        group=group_of(result),
        question=_question(text),
        answer=_answer(text) if result.outcome is Outcome.ANSWERED else None,
    )


def _view_compared(case: ComparedCase, texts: Mapping[str, TraceText]) -> ComparedCaseView:
    before, after = _text_of(case.before, texts), _text_of(case.after, texts)
    old, new = _answer(before), _answer(after)
    return ComparedCaseView(
        case=case,
        question=_question(after) or _question(before),
        before=old,
        after=new,
        parts=diff_words(old, new) if old is not None and new is not None and old != new else (),
    )


def _text_of(side: CaseSide, texts: Mapping[str, TraceText]) -> TraceText | None:
    return next((texts[one] for one in side.trace_ids if one in texts), None)


def _question(text: TraceText | None) -> str | None:
    return cut_text(main_text(text.input)) if text and text.input else None


def _answer(text: TraceText | None) -> str | None:
    return cut_text(main_text(text.output, "answer")) if text and text.output else None
