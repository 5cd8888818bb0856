"""`plimsoll prompts`: versions of prompts, how they did, and how they differ. One file a subcommand."""

import click

from plimsoll.cli.prompts.diff import diff
from plimsoll.cli.prompts.log import log
from plimsoll.cli.prompts.suggest import suggest


@click.group()
def command() -> None:
    """Look back on prompts: every version that was used, how it did, and how two differ."""


command.add_command(log)
command.add_command(diff)
command.add_command(suggest)
