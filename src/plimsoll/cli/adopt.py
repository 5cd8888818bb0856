"""`plimsoll adopt MODEL…`."""

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.run_options import watched
from plimsoll.evals import AdoptionReport, render_adoption
from plimsoll.project import AdoptionAsked, EvalWatch, Project


@click.command()
@click.argument("models", nargs=-1, required=True)
@click.option("--feature", default="", help="The feature to try them in; the default feature unless told.")
@click.option("--probe-cases", default=5, show_default=True, help="Cases to make harder in each way; 0: no probes.")
@click.option("--shadow", default=50, show_default=True, help="Recorded requests to ask again, 500 at most; 0: none.")
@click.option("--repeats", default=1, show_default=True, help="How often each case is asked for.")
@click.option("--max-cost", type=float, metavar="USD", help="The most that one model's run on the dataset may cost.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    models: tuple[str, ...],
    *,
    feature: str,
    probe_cases: int,
    shadow: int,
    repeats: int,
    max_cost: float | None,
    as_json: bool,
) -> None:
    """Try MODELS in a feature before one is adopted: its dataset, edge probes, its own handling, recorded traffic.

    Each is held against the feature's line, and against its own model on the same cases, by the gate. Exit code 0: one
    of them holds. 1: all fall short. 3: cannot tell.
    """
    asked = AdoptionAsked(probe_cases=probe_cases, shadow=shadow, repeats=repeats, max_cost_usd=max_cost)
    with watched() as watch:
        report = run_in_project(lambda project: _adopt(project, feature, models, asked=asked, watch=watch))
    if as_json:
        print_json(report)
    else:
        make_console().print(render_adoption(report))
    click.get_current_context().exit(report.exit_code)


async def _adopt(
    project: Project, feature: str, models: tuple[str, ...], *, asked: AdoptionAsked, watch: EvalWatch
) -> AdoptionReport:
    name = feature or project.settings.project.default_feature
    return await project.evals.adopt(
        name, models, asked, watch=watch, tell=lambda model, step: click.echo(f"{model}: {step}", err=True)
    )
