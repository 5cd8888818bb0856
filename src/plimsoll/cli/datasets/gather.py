"""`plimsoll datasets gather NAME`."""

from collections.abc import Mapping
from typing import get_args

import click
import msgspec

from plimsoll.cli.console import print_json
from plimsoll.cli.datasets.imported import show_import
from plimsoll.cli.opened import run_in_project
from plimsoll.cli.traces.options import filter_options, read_options
from plimsoll.datasets import Judged, Wanted
from plimsoll.errors import InvalidRequest
from plimsoll.project import ImportReport, KeptIn, Project
from plimsoll.traces import TraceFilter

_MOST_TRACES = 10_000


@click.command("gather")
@click.argument("name")
@click.argument("traces", nargs=-1, metavar="[TRACE]...")
@filter_options
@click.option("--judged", type=click.Choice(get_args(Judged)), help="Only those that a person judged so.")
@click.option("--closed", "with_closed", is_flag=True, help="Also those that rest on documents not everyone may read.")
@click.option("--by-asker", is_flag=True, help="Let the cases of one person be a cluster.")
@click.option("--case-tag", "tags", multiple=True, help="Give each case this tag. Repeatable.")
@click.option(
    "--to", type=click.Choice(get_args(KeptIn)), default="store", show_default=True, help="Where they are kept."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def gather(name: str, *, traces: tuple[str, ...], to: KeptIn, as_json: bool, **typed: object) -> None:
    """Make cases of what users asked in the dataset NAME: of each TRACE, or of those that the filters let through.

    The newest 10,000 unless --limit says how many. A case that is there already stays as it is.
    """
    wanted = msgspec.convert({one: typed.pop(one) for one in Wanted.__struct_fields__}, Wanted)
    given = msgspec.convert(typed, dict[str, str | None])
    where = _read_filter(given, is_narrowed=not traces)

    async def run(project: Project) -> ImportReport:
        return await project.datasets.import_traces(name, traces or where, wanted, where=to)

    report = run_in_project(run)
    if as_json:
        print_json(report)
    else:
        show_import(report)


def _read_filter(given: Mapping[str, str | None], *, is_narrowed: bool) -> TraceFilter:
    if not is_narrowed and any(given.values()):
        raise InvalidRequest("Traces are named and filtered at once.", next_step="Name them, or filter them.")
    return read_options(given, most=_MOST_TRACES)
