"""A group of commands of which one is meant where none is named."""

import click
import pytest
from click.testing import CliRunner

from plimsoll.cli.group import DefaultGroup


@click.command("list")
@click.argument("trace", required=False)
@click.option("--limit", default=20)
def list_things(trace: str | None, *, limit: int) -> None:
    click.echo(f"list {trace} {limit}")


@click.command("compare")
@click.argument("first")
def compare(first: str) -> None:
    click.echo(f"compare {first}")


def run(*arguments: str) -> tuple[int, str]:
    group = DefaultGroup("traces", default=list_things, help="Look back.")
    group.add_command(compare)
    done = CliRunner().invoke(group, arguments)
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "list None 20"),
        (("--limit", "3"), "list None 3"),
        (("0199ab",), "list 0199ab 20"),
        (("0199ab", "--limit", "3"), "list 0199ab 3"),
        (("list", "0199ab"), "list 0199ab 20"),
        (("compare", "v1"), "compare v1"),
    ],
)
def test_arguments_without_a_command_go_to_the_default(arguments: tuple[str, ...], said: str):
    assert run(*arguments) == (0, f"{said}\n")


def test_a_misspelt_command_is_not_taken_for_an_argument():
    code, said = run("comprae", "v1")
    assert code == 2
    assert "Did you mean 'compare'?" in said


def test_help_names_the_commands():
    code, said = run("--help")
    assert code == 0
    assert "compare" in said
    assert "list" in said
