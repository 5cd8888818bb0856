"""Two revisions of a set of pages and the list of what changed between them."""

import hashlib
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import msgspec

from plimsoll.knowledge import DocumentRow

PAGES = "pages"
LONGEST_QUESTION = 300
QUESTIONS_A_PAGE = 12
QUICK_EVERY = 4
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*(?:\{.*\})?\s*$", re.MULTILINE)
_PROSE = re.compile(r"^[A-Z][^\n]{30,}$", re.MULTILINE)
_TITLE = re.compile(r"^title:\s*(.+?)\s*$", re.MULTILINE)


class Change(msgspec.Struct, frozen=True):
    """A line of the list of what changed."""

    path: str
    status: str


def read_changes(data: Path, *, is_quick: bool) -> list[Change]:
    """Return the list of changes; of the pages that stay, a part where it must be quick."""
    [path] = data.glob("changes_*.jsonl")
    lines = path.read_bytes().splitlines()
    changes = [msgspec.json.decode(line, type=Change) for line in lines if line.strip()]
    kept = [change for change in changes if change.status != "removed"][:: QUICK_EVERY if is_quick else 1]
    return [change for change in changes if change.status == "removed"] + kept


def lay_out(folder: Path, revision: Path, changes: Sequence[Change], *, but: str) -> None:
    """Make the folder of pages hold the revision."""
    shutil.rmtree(folder / PAGES, ignore_errors=True)
    for change in changes:
        if change.status != but:
            path = folder / PAGES / change.path
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(revision / change.path, path)


def differences(changes: Sequence[Change], before: Sequence[DocumentRow], after: Sequence[DocumentRow]) -> list[str]:
    """Return the pages that did not become what the list says; a document that changes gets a new id."""
    told: list[str] = []
    earlier, later = ({row.source: row for row in rows} for rows in (before, after))
    for change in changes:
        was, now = earlier.get(f"{PAGES}/{change.path}"), later.get(f"{PAGES}/{change.path}")
        if was is None or now is None:
            became = "added" if now else "removed" if was else "missing"
        else:
            became = "unchanged" if was.id == now.id or was.content_hash == now.content_hash else "modified"
        if became != change.status:
            told.append(f"{change.path} is listed as {change.status} and was {became}")
    return told


def find_moved(gone: Sequence[str], *, earlier: Path, later: Path) -> frozenset[str]:
    """Return those of the deleted pages whose very content is there under another name."""

    def read(path: Path) -> bytes:
        return hashlib.sha256(path.read_bytes()).digest()

    there = {read(path) for path in later.rglob("*.md")}
    return frozenset(page for page in gone if read(earlier / page) in there)


def questions_of(text: str) -> list[str]:
    """Return what may be asked about a page: its title, headings and lines of prose, in its own words."""
    found = [*_TITLE.findall(text), *_HEADING.findall(text), *_PROSE.findall(text)]
    return list(dict.fromkeys(one[:LONGEST_QUESTION] for one in found))[:QUESTIONS_A_PAGE]
