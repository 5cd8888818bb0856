"""What is printed was said by users, models and other programs: none of it commands the console or the terminal."""

import pytest
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from plimsoll.cli.console import make_console

SAID = "[/b] [red]x[/] :warning: \x1b[31mred\x1b[2J\x07 end"
SHOWN = r"[/b] [red]x[/] :warning: \x1b[31mred\x1b[2J\x07 end"


def tabled(text: str) -> Table:
    table = Table(text, title=text)
    table.add_row(text)
    return table


def grown(text: str) -> Tree:
    tree = Tree(text)
    tree.add(text)
    return tree


@pytest.mark.parametrize("shown", [SAID, Text(SAID), Text(SAID, "bold"), tabled(SAID), grown(SAID), Group(SAID, SAID)])
def test_no_text_is_a_command(shown: RenderableType, capsys: pytest.CaptureFixture[str]):
    make_console().print(shown)
    printed = capsys.readouterr().out
    # Rich leaves a few controls such as the bell out; what is left is written as its code.
    assert SHOWN.replace(r"\x07", "") in printed.replace(r"\x07", "")
    assert "\x1b" not in printed
    assert "\x07" not in printed


def test_lines_and_columns_stay(capsys: pytest.CaptureFixture[str]):
    make_console().print("one\ttwo\nthree")
    assert capsys.readouterr().out.splitlines() == ["one     two", "three"]
