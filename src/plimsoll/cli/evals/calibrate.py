"""`plimsoll evals calibrate JUDGE [DATASET]`."""

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.errors import InvalidRequest
from plimsoll.evals import render_calibration, render_drift
from plimsoll.records import Verdict

_EXIT_CODES = {Verdict.HOLDS: 0, Verdict.FALLS_SHORT: 1, Verdict.CANNOT_TELL: 3}


@click.command()
@click.argument("judge")
@click.argument("dataset", required=False, default="")
@click.option("--anchors", is_flag=True, help="Ask again about the answers of its first calibration.")
@click.option("--drawn", is_flag=True, help="The labelled answers are a random draw of those that it judges.")
@click.option(
    "--margin",
    type=click.FloatRange(0, 1, max_open=True),
    default=0.05,
    show_default=True,
    help="How much rarer it may agree with people than before and still count as unchanged.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def calibrate(judge: str, dataset: str, *, anchors: bool, drawn: bool, margin: float, as_json: bool) -> None:
    """Hold the rulings of JUDGE against those of people, on the labelled answers of DATASET, and keep what is found.

    Rulings on the same answers that were kept before are compared with those of now. With --anchors the exit code says
    whether it agrees with people as it did. 0: yes. 1: it agrees more rarely. 3: cannot tell.
    """
    if anchors is bool(dataset):
        raise InvalidRequest(
            "Name either a DATASET or --anchors.", next_step=f"E.g. `plimsoll evals calibrate {judge} --anchors`."
        )
    found = run_in_project(
        lambda project: project.evals.judges.calibrate(judge, dataset, is_drawn=drawn, margin=margin)
    )
    if as_json:
        print_json(found)
    else:
        make_console().print(render_calibration(found.calibration))
        if found.drift:
            make_console().print(render_drift(found.drift))
    if anchors:
        verdict = found.drift.decision.verdict if found.drift else Verdict.CANNOT_TELL
        click.get_current_context().exit(_EXIT_CODES[verdict])
