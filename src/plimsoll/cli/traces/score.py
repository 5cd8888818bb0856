"""`plimsoll traces score TRACE`."""

import click

from plimsoll.cli.console import plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.project import Feedback

_THUMBS = {"up": True, "down": False}


@click.command("score")
@click.argument("trace")
@click.argument("value", required=False)
@click.option("--name", default="helpful", show_default=True, help="What the score is about.")
@click.option("--label", default="", help="A class in place of a value, or beside it, e.g. wrong_source.")
@click.option("--comment", default="", help="Why, in words; redacted as every text is.")
@click.option("--user", default="", metavar="ID", help="Whose judgement it is; default: you.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def score_trace(trace: str, value: str | None, *, as_json: bool, **said: str) -> None:
    """Say what a person makes of the answer TRACE: VALUE is `up`, `down` or a number from 0 to 1.

    A later judgement of the same person under the same name takes the place of the earlier one.
    """
    given = Feedback(value=_read_value(value), **said)
    score = run_in_project(lambda project: project.traces.score(trace, given))
    if as_json:
        print_json(score)
        return
    verdict = ", ".join(part for part in (_write_value(score.value), score.label) if part)
    click.echo(f"{plain(score.name)} of {score.trace_id} is {plain(verdict)}, says {plain(score.by)}.")


def _read_value(value: str | None) -> bool | float | None:
    if value is None or value in _THUMBS:
        return None if value is None else _THUMBS[value]
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is neither `up` nor `down` nor a number.", param_hint="VALUE") from None


def _write_value(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
