"""The consoles that verbs print on: as wide as the terminal, and wide enough for tables where there is none."""

import json
import sys
import unicodedata
from collections.abc import Iterator

import click
import msgspec
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

_PIPED_WIDTH = 120


def plain(text: str, *, keep: str = "") -> str:
    """Return the text with control characters but those in `keep` written out: no text may steer the terminal."""
    return "".join(
        letter if letter in keep or unicodedata.category(letter) != "Cc" else repr(letter)[1:-1] for letter in text
    )


def print_json(shown: object) -> None:
    """Print records as one JSON value."""
    click.echo(json.dumps(msgspec.to_builtins(shown, str_keys=True), ensure_ascii=False))


class _PlainConsole(Console):
    """A console that takes no text for a command: `[/b]` is no markup, and what steers a terminal is written out.

    What is printed was said by users, models and other programs.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render as usual; only our own styles reach the terminal as commands."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            yield segment if control or text.isprintable() else Segment(plain(text, keep="\n\t"), style)


def make_console(*, stderr: bool = False) -> Console:
    """Return a console for stdout or stderr."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return _PlainConsole(stderr=stderr, highlight=False, markup=False, emoji=False, width=width)
