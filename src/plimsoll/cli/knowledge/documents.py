"""`plimsoll knowledge documents [CORPUS]`."""

import click
from rich.table import Table

from plimsoll.cli.console import make_console, plain, print_json
from plimsoll.cli.opened import run_in_project
from plimsoll.knowledge import DocumentRow

_MOST_SHOWN = 200


@click.command()
@click.argument("corpus", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with readers and metadata.")
def documents(corpus: str, *, as_json: bool) -> None:
    """List the documents of CORPUS, those that could not be read included; default: the default feature's."""
    found = run_in_project(lambda project: project.knowledge.documents(corpus))
    if as_json:
        print_json(found)
    elif not found:
        click.echo("There are no documents. Read some with `plimsoll ingest` or `plimsoll knowledge sync`.")
    else:
        make_console().print(_table(found[:_MOST_SHOWN]))
        if len(found) > _MOST_SHOWN:
            click.echo(f"and {len(found) - _MOST_SHOWN} more; --json prints all.")


def _table(found: list[DocumentRow]) -> Table:
    table = Table("document", "from", "chunks", "last seen", "not read, or in part, because", box=None)
    for document in found:
        seen = document.checked_at.isoformat(timespec="seconds")
        reason = plain(document.error_code or document.truncated)
        table.add_row(plain(document.source), document.origin or "paths", str(document.chunk_count), seen, reason)
    return table
