"""A file to be parsed: its bytes and the name that messages and titles use."""

import re
from pathlib import PurePosixPath

import msgspec

_SEPARATORS = re.compile(r"[\s_]+|(?<=[^\W\d_])-(?=[^\W\d_])")


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a parser is given."""

    source: str
    """The name by which its reader knows it: a path relative to the project, or a URL."""
    content: bytes
    """The file as it lies on the disk."""
    max_characters: int = 10_000_000
    """A text longer than this is refused before anything is made of it."""

    def title_from_name(self) -> str:
        """Return a title made from the file's name: `leave-policy.md` gives `leave policy`."""
        path = PurePosixPath(self.source)
        stem = path.parent.name if path.stem.lower() in {"index", "readme"} and path.parent.name else path.stem
        return _SEPARATORS.sub(" ", stem).strip() or self.source
