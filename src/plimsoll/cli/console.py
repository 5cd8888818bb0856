"""The consoles that verbs print on: as wide as the terminal, and wide enough for tables where there is none."""

import json
import sys
import unicodedata

import click
import msgspec
from rich.console import Console

_PIPED_WIDTH = 120


def plain(text: str, *, keep: str = "") -> str:
    """Return the text with control characters but those in `keep` written out: no text may steer the terminal."""
    return "".join(
        letter if letter in keep or unicodedata.category(letter) != "Cc" else repr(letter)[1:-1] for letter in text
    )


def print_json(shown: object) -> None:
    """Print records as one JSON value."""
    click.echo(json.dumps(msgspec.to_builtins(shown, str_keys=True), ensure_ascii=False))


def make_console(*, stderr: bool = False) -> Console:
    """Return a console for stdout or stderr."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else _PIPED_WIDTH)
