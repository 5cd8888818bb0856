"""What to export, and what came of it: records."""

from pathlib import Path

import msgspec

from plimsoll.traces.records import TraceFilter


class ExportAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces go into which file."""

    path: Path
    """The file; what its name ends in says the form: `.parquet`, `.jsonl` or `.csv`."""
    tenant: str
    """Whose traces."""
    where: TraceFilter = TraceFilter()
    """Which of them; its tenant, page and order do not count: the newest come first, and all of them."""
    most: int | None = None
    """At most so many traces; None: all."""
    has_spans: bool = False
    """Whether a row is a step; else it is a trace."""
    has_content: bool = False
    """Whether inputs, outputs, errors and other texts are written, as far as they are stored."""


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What was written."""

    path: Path
    """The file."""
    traces: int
    """Traces in it."""
    rows: int
    """Rows of it: traces or steps."""
    size_bytes: int
    """How large it is."""
