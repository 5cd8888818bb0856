"""`plimsoll gate FEATURE`."""

from pathlib import Path

import click

from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.evaluate import shown_progress
from plimsoll.cli.opened import run_in_project
from plimsoll.errors import InvalidRequest
from plimsoll.evals import render_gate, summarise_markdown


@click.command()
@click.argument("feature")
@click.option("--baseline", default="", help="Id of a stored run that this one must not be worse than.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write a summary to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(feature: str, *, baseline: str, markdown: Path | None, as_json: bool) -> None:
    """Say whether FEATURE clears its line on its dataset.

    Exit code 0: it holds. 1: it falls short. 3: cannot tell, with the number of cases that would probably decide.
    """
    if markdown and not markdown.absolute().parent.is_dir():
        raise InvalidRequest(
            f"The folder of {str(markdown)!r} does not exist.", next_step="Make it first, or write to another one."
        )
    with shown_progress() as show:
        report = run_in_project(lambda project: project.gate(feature, baseline=baseline, progress=show))
    if as_json:
        print_json(report)
    else:
        make_console().print(render_gate(report))
    if markdown:
        markdown.write_text(summarise_markdown(report), encoding="utf-8")
    click.get_current_context().exit(report.exit_code)
