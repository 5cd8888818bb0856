"""`plimsoll keys`: create, list and revoke access keys."""

import click
from rich.table import Table

from plimsoll.access import SCOPES
from plimsoll.cli.console import make_console, print_json
from plimsoll.cli.opened import run_in_project


@click.group()
def command() -> None:
    """Create, list and revoke access keys."""


@command.command()
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), help="What it may do; default: ask.")
@click.option("--group", "groups", multiple=True, help="A team it belongs to, for documents and allowances.")
def create(name: str, *, scopes: tuple[str, ...], groups: tuple[str, ...]) -> None:
    """Create an access key called NAME and show it, once."""
    wanted = frozenset(scopes or ("ask",))
    key = run_in_project(lambda project: project.keys.create(name, scopes=wanted, groups=groups))
    click.echo(key.secret.reveal())
    click.echo(f"Key {key.key_id} may: {', '.join(sorted(wanted))}. It is not shown again.", err=True)


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(*, as_json: bool) -> None:
    """List the access keys, without their secrets."""
    keys = run_in_project(lambda project: project.keys.list())
    if as_json:
        print_json(keys)
        return
    if not keys:
        click.echo("There are no keys. Make one with `plimsoll keys create NAME`.")
        return
    table = Table("id", "name", "scopes", "groups", "created", "revoked", box=None)
    for key in keys:
        revoked = key.revoked_at.isoformat(timespec="seconds") if key.revoked_at else ""
        created = key.created_at.isoformat(timespec="seconds")
        scopes, groups = (", ".join(sorted(names)) for names in (key.scopes, key.groups))
        table.add_row(key.key_id, key.name, scopes, groups, created, revoked)
    make_console().print(table)


@command.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """Revoke the key KEY_ID at once."""
    run_in_project(lambda project: project.keys.revoke(key_id))
    click.echo(f"Key {key_id} is revoked.")
