# pyright: reportMissingImports=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
"""Writes a kept run to an MLflow tracking store, through MLflow's own client: parameters, figures, results.

Called by the project's operations. It blocks, so that they call it in a thread. No input and no answer is written:
runs hold none. One that is there already is found by its id and left as it is.
"""

import re
from urllib.parse import urlsplit

import msgspec

from plimsoll.errors import MissingPart, SourceUnavailable
from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.line import Line, decide_line, evidence_for_line

_TAG = "plimsoll.run_id"
_NOT_IN_NAMES = re.compile(r"[^\w\-./ ]+")
_LONGEST = 500


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run stands in MLflow."""

    run_id: str
    """Our run."""
    mlflow_run_id: str
    """MLflow's."""
    experiment: str
    """The name of MLflow's experiment."""
    is_new: bool
    """False where it had been exported before; then nothing was written."""


def export_to_mlflow(run: EvalRun, *, uri: str, line: Line | None = None, experiment: str = "") -> Exported:
    """Write the run to the tracking store, under an experiment named after the feature unless one is named.

    Raises MissingPart without the extra `mlflow`, SourceUnavailable where the store cannot be reached or refuses.
    """
    try:
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag
        from mlflow.exceptions import MlflowException
    except ImportError as error:
        raise MissingPart(
            "Exporting to MLflow needs the extra `mlflow`.", next_step="Install it: pip install 'plimsoll[mlflow]'."
        ) from error
    name = experiment or run.feature
    try:
        client = MlflowClient(tracking_uri=uri)
        found = client.get_experiment_by_name(name)
        place = found.experiment_id if found else client.create_experiment(name)
        before = client.search_runs([place], filter_string=f"tags.`{_TAG}` = '{run.id}'", max_results=1)
        if before:
            return Exported(run_id=run.id, mlflow_run_id=before[0].info.run_id, experiment=name, is_new=False)
        began, ended = (int(at.timestamp() * 1_000) for at in (run.started_at, run.ended_at or run.started_at))
        made = client.create_run(place, start_time=began, run_name=run.id[:12]).info.run_id
        client.log_batch(
            made,
            metrics=[Metric(key, value, ended, 0) for key, value in read_metrics(run, line).items()],
            params=[Param(key, value) for key, value in read_params(run).items()],
        )
        client.log_dict(made, {"results": msgspec.to_builtins(run.results)}, "results.json")
        # Last: a run that broke off half-way is not taken for one that is there.
        client.log_batch(made, tags=[RunTag(key, value) for key, value in read_tags(run).items()])
        client.set_terminated(made, status="FINISHED" if run.is_complete else "KILLED", end_time=ended)
    except (MlflowException, OSError) as error:
        raise SourceUnavailable(
            f"MLflow at {_show(uri)} did not take the run: {_clean(str(error), uri)}",
            next_step="Check the address; a local store is written as sqlite:///mlflow.db.",
        ) from error
    return Exported(run_id=run.id, mlflow_run_id=made, experiment=name, is_new=True)


def read_metrics(run: EvalRun, line: Line | None) -> dict[str, float]:
    """Return the figures by MLflow's names: each bar with the ends of its interval, counts and costs."""
    metrics = {"requests": float(len(run.results)), "cases": float(run.cases)}
    for name, cost in (("cost_usd", run.cost_usd), ("scoring_usd", run.scoring_usd)):
        metrics |= {} if cost is None else {name: cost}
    decisions = decide_line(line, evidence_for_line(line, observe(run))).decisions if line else ()
    for one in decisions:
        interval, key = one.evidence.interval, _key(one.bar.name)
        if interval is not None:
            metrics |= {key: interval.estimate, f"{key}.low": interval.low, f"{key}.high": interval.high}
        metrics |= {f"{key}.n": float(one.evidence.n), f"{key}.missing": float(one.evidence.missing)}
    return metrics


def read_params(run: EvalRun) -> dict[str, str]:
    """Return what the run was made with; what was not recorded is left out."""
    made = run.experiment
    told = {
        "model": run.model,
        "alias": made.alias,
        "prompt": made.prompt,
        "prompt_hash": made.prompt_hash,
        "variant": made.variant,
        "dataset": run.dataset,
        "dataset_version": run.dataset_version,
        "repeats": str(run.repeats),
        "concurrency": str(run.concurrency),
        "config_hash": run.config_hash,
        "scorers": ", ".join(run.scorers),
        **{_key(name): str(value) for name, value in made.parameters.items()},
        **{f"environment.{name}": value for name, value in made.environment.items()},
    }
    return {name: value[:_LONGEST] for name, value in told.items() if value}


def read_tags(run: EvalRun) -> dict[str, str]:
    """Return the marks that the run is found by."""
    code = {} if run.revision is None else {"mlflow.source.git.commit": run.revision}
    dirty = {} if run.experiment.is_dirty is None else {"plimsoll.is_dirty": str(run.experiment.is_dirty).lower()}
    return {_TAG: run.id, "plimsoll.feature": run.feature, **code, **dirty}


def _key(name: str) -> str:
    return _NOT_IN_NAMES.sub(".", name).strip(".")


def _clean(text: str, uri: str) -> str:
    """Return the first line of an error without the name and the password that the address may hold."""
    account = urlsplit(uri).netloc.rpartition("@")[0]
    first = text.split("\n", 1)[0][:_LONGEST]
    return first.replace(account, "***") if account else first


def _show(uri: str) -> str:
    """Return the address without the password that it may hold."""
    parts = urlsplit(uri)
    return repr(f"{parts.scheme}://{parts.hostname or ''}{parts.path}")
