"""The consoles that verbs print on: as wide as the terminal, and wide enough for tables where there is none."""

import sys

from rich.console import Console

_PIPED_WIDTH = 120


def make_console(*, stderr: bool = False) -> Console:
    """Return a console for stdout or stderr."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(stderr=stderr, highlight=False, width=None if stream.isatty() else _PIPED_WIDTH)
