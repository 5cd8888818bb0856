"""Two kept runs side by side, with what was asked and answered where traces still hold it.

`Evals.compare` comes here. A text is shown to whom its trace is shown: of another tenant, or resting on documents that
not everyone may read, it is left out and counted.
"""

import msgspec

from plimsoll.errors import NotFound
from plimsoll.evals import (
    CaseResult,
    ComparedCase,
    EvalRun,
    GateReport,
    ReadTexts,
    RunComparison,
    Slice,
    TraceText,
    cases_to_look_at,
)
from plimsoll.project.parts import Parts
from plimsoll.records import LOCAL_TENANT, Principal

MOST_TEXTS = 200
"""Changed cases whose texts are read, the worst first."""


class ComparedRuns(msgspec.Struct, frozen=True, kw_only=True):
    """A comparison with the texts of its cases."""

    comparison: RunComparison
    """How the runs differ."""
    texts: ReadTexts
    """What was asked and answered in the cases that changed, 200 at most."""


class KeptRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run with the texts of the cases that a person should look at."""

    run: EvalRun
    """The run."""
    report: GateReport | None
    """What the feature's present line says about it; None without a line."""
    slices: tuple[Slice, ...]
    """Its bars by tag, the most suspicious first; empty without a line."""
    texts: ReadTexts
    """What was asked and answered where a scorer was not satisfied, in 200 cases at most."""


async def with_texts(parts: Parts, comparison: RunComparison, caller: Principal) -> ComparedRuns:
    """Return the comparison with the texts of its changed cases that this caller may see."""
    wanted = [
        trace_id
        for case in comparison.cases[:MOST_TEXTS]
        for side in (case.before, case.after)
        for trace_id in side.trace_ids
    ]
    texts = await read_texts(parts, wanted, caller)
    if not _is_here(caller):
        cases = tuple(_without_hidden_words(case, texts) for case in comparison.cases)
        comparison = msgspec.structs.replace(comparison, cases=cases)
    return ComparedRuns(comparison=comparison, texts=texts)


def _without_hidden_words(case: ComparedCase, texts: ReadTexts) -> ComparedCase:
    """Return the case without the messages of requests whose traces the reader was not shown."""
    sides = {
        name: side if set(side.trace_ids) <= texts.texts.keys() else msgspec.structs.replace(side, messages=())
        for name, side in (("before", case.before), ("after", case.after))
    }
    return msgspec.structs.replace(case, before=sides["before"], after=sides["after"])


async def texts_to_look_at(parts: Parts, run: EvalRun, caller: Principal) -> ReadTexts:
    """Return the texts of the cases that did not pass, as far as this caller may see them."""
    wanted = [one.trace_id for one in cases_to_look_at(run)[:MOST_TEXTS] if one.trace_id]
    return await read_texts(parts, wanted, caller)


def for_reader(run: EvalRun, texts: ReadTexts, caller: Principal) -> EvalRun:
    """Return the run as the caller may see it: the person at this machine, who ran it, whole.

    Nobody else is told what scorers and the feature said about requests whose traces they were not shown, since
    reasons quote answers.
    """
    if _is_here(caller):
        return run
    results = [one if one.trace_id in texts.texts else _without_words(one) for one in run.results]
    return msgspec.structs.replace(run, results=tuple(results))


def _is_here(caller: Principal) -> bool:
    return caller.id == Principal.local().id and caller.tenant == LOCAL_TENANT


def _without_words(result: CaseResult) -> CaseResult:
    scores = {name: msgspec.structs.replace(one, reason="", label="") for name, one in result.scores.items()}
    return msgspec.structs.replace(result, scores=scores, message="")


async def read_texts(parts: Parts, trace_ids: list[str], caller: Principal) -> ReadTexts:
    """Return what these traces hold, as far as they are kept and for this caller."""
    await parts.capture.flush()
    texts: dict[str, TraceText] = {}
    gone = closed = 0
    for trace_id in dict.fromkeys(trace_ids):
        try:
            summary = (await parts.traces.get(trace_id)).summary
        except NotFound:
            gone += 1
            continue
        if not summary.is_for(caller):
            closed += 1
            continue
        texts[trace_id] = TraceText(input=summary.input_text, output=summary.output_text)
    return ReadTexts(texts=texts, gone=gone, closed=closed)
