"""After Ctrl-C one sentence says how to go on, and an evaluation names its option."""

import click
import pytest
from click.testing import CliRunner

from plimsoll.cli.group import LazyGroup, Verb
from plimsoll.cli.run_options import resumable


@click.command()
def ingest() -> None:
    raise KeyboardInterrupt


@click.command()
def evaluate() -> None:
    with resumable():
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("command", "again"), [(ingest, "the same command again"), (evaluate, "the same command again with --resume")]
)
def test_the_way_to_go_on_is_named(command: click.Command, again: str):
    verb = Verb(name="verb", module="", summary="")
    done = CliRunner().invoke(LazyGroup("plimsoll", verbs=[verb], load=lambda _: command, help=""), ["verb"])
    assert (done.exit_code, done.stderr) == (130, f"Interrupted; what was finished is kept. Run {again} to go on.\n")
