"""`plimsoll datasets`: what evaluations are run on: files, stored versions, imports, splits. One file a subcommand."""

import click

from plimsoll.cli.datasets.check import check
from plimsoll.cli.datasets.gather import gather
from plimsoll.cli.datasets.import_cases import import_cases
from plimsoll.cli.datasets.list import list_datasets
from plimsoll.cli.datasets.show import show
from plimsoll.cli.datasets.split import split
from plimsoll.cli.datasets.versions import diff, pull, push, remove


@click.group()
def command() -> None:
    """Look after datasets: files of the project, and stored ones with versions that never change.

    A dataset is named by its name, or pinned as NAME@VERSION with six or more digits of a version's hash.
    """


command.add_command(list_datasets)
command.add_command(show)
command.add_command(check)
command.add_command(import_cases)
command.add_command(gather)
command.add_command(split)
command.add_command(push)
command.add_command(pull)
command.add_command(diff)
command.add_command(remove)
