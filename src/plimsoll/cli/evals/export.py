"""`plimsoll evals export RUN --mlflow URI`."""

import click

from plimsoll.cli.console import print_json
from plimsoll.cli.opened import run_in_project


@click.command()
@click.argument("run")
@click.option("--mlflow", required=True, metavar="URI", help="MLflow's tracking store, e.g. sqlite:///mlflow.db.")
@click.option("--experiment", default="", help="MLflow's experiment; default: the feature's name.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(run: str, *, mlflow: str, experiment: str, as_json: bool) -> None:
    """Write a kept RUN to MLflow: what it was made with, its bars with intervals, its results. Once, however often."""
    done = run_in_project(lambda project: project.evals.export(run, mlflow=mlflow, experiment=experiment))
    if as_json:
        print_json(done)
    else:
        word = "Exported" if done.is_new else "There already"
        click.echo(f"{word}: run {done.run_id[:12]} is {done.mlflow_run_id} in the experiment {done.experiment!r}.")
