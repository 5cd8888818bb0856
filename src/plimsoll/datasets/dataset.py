"""Datasets: files of one JSON case a line, loaded whole or refused with the line that is wrong.

Called by the project before an evaluation. It reads one file, asks no model, and checks no input against a feature.
"""

import hashlib
from pathlib import Path

import msgspec

from plimsoll.datasets.case_line import Place, read_case, write_case
from plimsoll.errors import InvalidDataset, unknown_name
from plimsoll.records import Case

_LARGEST_BYTES = 100_000_000
_LONGEST_LINE = 1_000_000
_MOST_CASES = 100_000
_EXAMPLE = '{"input": {"text": "..."}, "expected": {"contains": ["..."]}}'


class Dataset(msgspec.Struct, frozen=True, kw_only=True):
    """Cases to run a feature on."""

    name: str
    """The file's name without `.jsonl`."""
    cases: tuple[Case, ...]
    """The cases, in the file's order; at least one, and no two of one id."""
    version: str
    """SHA-256 of the cases in canonical form, ordered by id: blanks, key order and line order do not change it."""


def load_dataset(path: Path) -> Dataset:
    """Return the cases of a JSONL file; a byte-order mark, CRLF and blank lines are no mistakes.

    Raises InvalidDataset naming file, line, field and what is allowed, for more than 100 MB, 100,000 cases or 1,000,000
    characters a line too, and where the file is missing, not UTF-8, or holds no case.
    """
    places: dict[str, int] = {}
    cases: list[Case] = []
    for number, line in enumerate(_read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        place = Place(file=str(path), line=number)
        if len(line) > _LONGEST_LINE:
            place.refuse(f"the line has {len(line):,} characters; at most {_LONGEST_LINE:,} are read.")
        case = read_case(line, place)
        _refuse_twin(case, place, places)
        cases.append(case)
    if not cases:
        raise InvalidDataset(f"{path} holds no case.", next_step=f"Write one JSON object a line, e.g. {_EXAMPLE}")
    if len(cases) > _MOST_CASES:
        raise InvalidDataset(f"{path} holds {len(cases):,} cases; at most {_MOST_CASES:,} are run.")
    return Dataset(name=path.stem, cases=tuple(cases), version=version_of(cases))


def version_of(cases: list[Case]) -> str:
    """Return the SHA-256 of the cases in canonical form, ordered by id."""
    lines = sorted(write_case(case) for case in cases)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _refuse_twin(case: Case, place: Place, places: dict[str, int]) -> None:
    first = places.setdefault(case.id, place.line)
    if first != place.line:
        place.refuse(
            f"the id {case.id!r} stands on line {first} already.",
            "Give each case an id of its own; a case without one is named after its input.",
        )


def _read_text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > _LARGEST_BYTES:
            raise InvalidDataset(f"{path} has {size:,} bytes; at most {_LARGEST_BYTES:,} are read.")
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        known = [one.stem for one in path.parent.glob("*.jsonl")]
        raise InvalidDataset(
            unknown_name("dataset", path.stem, known), next_step=f"Write {path}, one JSON object a line: {_EXAMPLE}"
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidDataset(
            f"{path} is not UTF-8 text (byte {error.start}).", next_step="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise InvalidDataset(f"{path} could not be read: {error.strerror}.") from error
