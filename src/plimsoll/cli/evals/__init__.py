"""`plimsoll evals`: what evaluations rest on, and what they showed. One file a subcommand."""

import click

from plimsoll.cli.evals.attack import attack
from plimsoll.cli.evals.bias import bias
from plimsoll.cli.evals.calibrate import calibrate
from plimsoll.cli.evals.compare import compare
from plimsoll.cli.evals.export import export
from plimsoll.cli.evals.history import history
from plimsoll.cli.evals.judges import judges
from plimsoll.cli.evals.online import online
from plimsoll.cli.evals.rubrics import rubrics
from plimsoll.cli.evals.show import show


@click.group()
def command() -> None:
    """Look after what evaluations rest on and what they showed: judges, and runs side by side."""


command.add_command(attack)
command.add_command(bias)
command.add_command(calibrate)
command.add_command(compare)
command.add_command(export)
command.add_command(history)
command.add_command(judges)
command.add_command(show)
command.add_command(online)
command.add_command(rubrics)
