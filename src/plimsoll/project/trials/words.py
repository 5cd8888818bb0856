"""What a kept trial asked and answered, read from the traces of its requests, as far as these are kept."""

from msgspec.structs import replace

from plimsoll.errors import NotFound
from plimsoll.project.trials.trial import CasePair, SideResult, Trial
from plimsoll.traces import Traces, TraceSummary


async def recall_words(trial: Trial, traces: Traces) -> Trial:
    """Return the trial with inputs, outputs and messages; those that a side has already stay."""
    return replace(trial, pairs=tuple([await _recall_pair(pair, trial.owner.tenant, traces) for pair in trial.pairs]))


async def _recall_pair(pair: CasePair, tenant: str, traces: Traces) -> CasePair:
    if pair.input:
        return pair
    ours = await _find(pair.present, tenant, traces)
    theirs = await _find(pair.candidate, tenant, traces) if pair.candidate else None
    return replace(
        pair,
        input=(ours.input_text if ours else None) or "",
        present=_say(pair.present, ours),
        candidate=_say(pair.candidate, theirs) if pair.candidate else None,
    )


async def _find(side: SideResult, tenant: str, traces: Traces) -> TraceSummary | None:
    try:
        return await traces.summary(side.trace_id, tenant=tenant) if side.trace_id else None
    except NotFound:
        return None


def _say(side: SideResult, found: TraceSummary | None) -> SideResult:
    if found is None:
        return replace(side, message="Its trace is no longer kept.")
    return replace(side, output=found.output_text or "", message=found.error or "")
