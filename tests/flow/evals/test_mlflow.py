"""Runs written to a real MLflow store in a file, through MLflow's own client; skipped where that is not installed."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from msgspec.structs import replace

from plimsoll.errors import MissingPart, SourceUnavailable
from plimsoll.evals import EvalRun, Experiment, export_to_mlflow
from plimsoll.line import Line, pass_rate
from plimsoll.scorers import exact

from unit.evals.samples import result, run_of

HAS_MLFLOW = find_spec("mlflow") is not None
LINE = Line(pass_rate(exact, at_least=0.5))


def a_run() -> EvalRun:
    made = Experiment(prompt="prompts/a.md", parameters={"temperature": 0.2}, environment={"python": "3.11.7"})
    run = run_of([result(place, passed=place < 15) for place in range(20)])
    return replace(run, experiment=made, revision="c" * 40)


@pytest.mark.skipif(HAS_MLFLOW, reason="MLflow is installed")
def test_without_mlflow_the_extra_is_named():
    with pytest.raises(MissingPart, match="needs the extra `mlflow`"):
        export_to_mlflow(a_run(), uri="sqlite:///x.db")


@pytest.mark.skipif(not HAS_MLFLOW, reason="needs MLflow")
def test_a_run_is_written_once_with_figures_parameters_and_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.chdir(tmp_path)
    uri = f"file://{tmp_path}/kept"
    first = export_to_mlflow(a_run(), uri=uri, line=LINE)
    again = export_to_mlflow(a_run(), uri=uri, line=LINE)
    assert (first.is_new, again.is_new, again.mlflow_run_id) == (True, False, first.mlflow_run_id)
    kept = mlflow.MlflowClient(tracking_uri=uri).get_run(first.mlflow_run_id)
    assert kept.data.metrics["pass_rate.exact"] == 0.75
    assert kept.data.metrics["pass_rate.exact.low"] < 0.75 < kept.data.metrics["pass_rate.exact.high"]
    assert (kept.data.params["temperature"], kept.data.params["prompt"]) == ("0.2", "prompts/a.md")
    assert kept.data.tags["mlflow.source.git.commit"] == "c" * 40
    assert kept.info.status == "FINISHED"


@pytest.mark.skipif(not HAS_MLFLOW, reason="needs MLflow")
def test_a_store_that_is_no_store_says_so_without_its_password(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    with pytest.raises(SourceUnavailable, match="did not take the run") as raised:
        export_to_mlflow(a_run(), uri="gopher://ada:s3cret@127.0.0.1/x")
    assert "s3cret" not in raised.value.message
