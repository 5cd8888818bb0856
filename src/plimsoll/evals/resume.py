"""May an interrupted run go on now? Only where its results and the new ones are of one kind. Pure."""

from msgspec.structs import replace

from plimsoll.errors import InvalidRequest
from plimsoll.evals.eval_run import EvalRun

_LONGEST_NAME = 12


def go_on(planned: EvalRun, interrupted: EvalRun) -> EvalRun:
    """Return the interrupted run, with its results, to go on as planned now; raises InvalidRequest saying what changed.

    The configuration, the dataset's version, the scorers and the repeats have to be the same. The number of requests at
    once may differ: the larger one is kept, since latencies of both parts stand in one run.
    """
    run = f"The run {interrupted.id[:_LONGEST_NAME]}"
    if interrupted.is_complete:
        raise InvalidRequest(f"{run} is complete; there is nothing to go on with.", next_step="Leave --resume out.")
    changed = describe_changes(planned, interrupted)
    if changed:
        raise InvalidRequest(
            f"{run} cannot go on, since its results would not be of one kind: {'; '.join(changed)}.",
            next_step="Undo the change, or begin a new run without --resume.",
        )
    return replace(interrupted, concurrency=max(planned.concurrency, interrupted.concurrency))


def describe_changes(planned: EvalRun, interrupted: EvalRun) -> list[str]:
    """Return what keeps the two from being one run, each in a few words with both values."""
    changed: list[str] = []
    for name in ("feature", "dataset", "repeats", "model"):
        now, then = getattr(planned, name), getattr(interrupted, name)
        if now != then:
            changed.append(f"its {name} was {then!r} and is {now!r} now")
    if planned.dataset_version != interrupted.dataset_version:
        was, now = interrupted.dataset_version[:8], planned.dataset_version[:8]
        changed.append(f"the dataset was at version {was} and is at {now} now")
    if planned.config_hash != interrupted.config_hash:
        changed.append(f"the configuration changed ({_name_parts(planned, interrupted)})")
    return changed + _compare_scorers(planned.scorers, interrupted.scorers)


def _name_parts(planned: EvalRun, interrupted: EvalRun) -> str:
    now, then = planned.experiment.parts, interrupted.experiment.parts
    names = [name for name in sorted(now.keys() | then.keys()) if now.get(name) != then.get(name)]
    return ", ".join(names) or f"{interrupted.config_hash[:8]} before, {planned.config_hash[:8]} now"


def _compare_scorers(now: dict[str, str], then: dict[str, str]) -> list[str]:
    changed = [f"the scorer {name!r} was not asked before" for name in now.keys() - then.keys()]
    changed += [f"the scorer {name!r} is not asked any more" for name in then.keys() - now.keys()]
    changed += [f"the scorer {name!r} is another now" for name in now.keys() & then.keys() if now[name] != then[name]]
    return sorted(changed)
