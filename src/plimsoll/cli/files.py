"""Files that a verb writes beside what it prints: checked before the work, written whole."""

from pathlib import Path

import click

from plimsoll.errors import InvalidRequest

FILE = click.Path(path_type=Path, dir_okay=False)
"""The type of an option that names a file to write."""


def check_folders(*files: Path | None) -> None:
    """Raise InvalidRequest where a file is to be written into a folder that does not exist."""
    for file in filter(None, files):
        if not file.absolute().parent.is_dir():
            raise InvalidRequest(
                f"The folder of {str(file)!r} does not exist.", next_step="Make it first, or write to another one."
            )
