"""A file to be parsed: its bytes and the name that messages and titles use."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec
from msgspec import field

_SEPARATORS = re.compile(r"[\s_]+|(?<=[^\W\d_])-(?=[^\W\d_])")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a parser is given."""

    source: str
    """The name by which its reader knows it: a path relative to the project, or a URL."""
    content: bytes
    """The file as it lies on the disk."""
    max_characters: int = 10_000_000
    """A text longer than this is refused before anything is made of it."""
    max_unpacked_bytes: int = 300_000_000
    """A file that unpacks to more than this is refused or cut short."""
    max_rows: int = 100_000
    """Rows of a table beyond these are left out, and that is said."""
    max_scanned_pages: int = 200
    """Pages without a text layer beyond these are not recognised, and that is said."""
    tell_progress: Callable[[], None] = field(default=lambda: None)
    """Called after each piece of slow work, e.g. a recognised page: the deadline starts anew."""

    def title_from_name(self) -> str:
        """Return a title made from the file's name."""
        return title_of_name(self.source)


def title_of_name(source: str) -> str:
    """Return the title of a document that gives itself none: `leave-policy.md` gives `leave policy`."""
    path = PurePosixPath(source)
    stem = path.parent.name if path.stem.lower() in {"index", "readme"} and path.parent.name else path.stem
    return _SEPARATORS.sub(" ", stem).strip() or source
