"""Datasets as files of the project: written whole or not at all, and added to without touching the lines there are."""

from collections.abc import Sequence
from pathlib import Path

from plimsoll.datasets import write_case
from plimsoll.project.files import put_file
from plimsoll.records import Case

SUFFIX = ".jsonl"


def write_dataset(path: Path, cases: Sequence[Case]) -> None:
    """Write the cases to a file, one a line; a file that is there is replaced as a whole."""
    put_file(path, "".join(f"{write_case(case)}\n" for case in cases).encode())


def append_cases(path: Path, cases: Sequence[Case]) -> None:
    """Add the cases to the end of a file, or make it; what it holds stays as it is, to the last blank."""
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    put_file(path, before + "".join(f"{write_case(case)}\n" for case in cases).encode())
