"""Which kept run a candidate is held against where nobody names one. Called by `Evals.gate`."""

import msgspec

from plimsoll.evals import EvalRun, Evaluations, GateReport

LATEST = "latest"
"""In place of a baseline's id: the newest complete run of the feature on the dataset, made at another revision."""

_MOST_LOOKED_AT = 500


async def find_incumbent(evaluations: Evaluations, run: EvalRun) -> EvalRun | None:
    """Return the newest complete run before this one, of the same feature and dataset, made at another revision.

    Outside of git, where revisions are unknown, any earlier one will do. Variants of the feature are left out. None
    where there is no such run.
    """
    kept = await evaluations.list(run.feature, limit=_MOST_LOOKED_AT)
    found = next((one for one in kept if _is_incumbent(one, run)), None)
    return await evaluations.get(found.id) if found else None


def note_first_run(report: GateReport) -> GateReport:
    """Return the report with a note that there was nothing to compare with."""
    note = "There is no earlier complete run at another revision to compare with: the line alone decides."
    return msgspec.structs.replace(report, notes=(*report.notes, note))


def _is_incumbent(kept: EvalRun, run: EvalRun) -> bool:
    is_other = run.revision is None or kept.revision != run.revision
    is_the_feature = not kept.experiment.variant and kept.dataset == run.dataset
    return kept.is_complete and kept.id < run.id and is_the_feature and is_other
