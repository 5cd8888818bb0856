"""What was asked and answered, as a trace holds it. Read by the project from `traces`, shown by the reports."""

import msgspec


class TraceText(msgspec.Struct, frozen=True, kw_only=True):
    """What a trace holds of a request, redacted and cut as it was stored."""

    input: str | None
    """The input, as JSON text; None where it was not kept."""
    output: str | None
    """The output, as JSON text; None where there is none or it was not kept."""


class ReadTexts(msgspec.Struct, frozen=True, kw_only=True):
    """What could be read of some traces."""

    texts: dict[str, TraceText]
    """By trace."""
    gone: int
    """Traces that are no longer kept."""
    closed: int
    """Traces that the caller may not see."""


NO_TEXTS = ReadTexts(texts={}, gone=0, closed=0)
"""Where no trace was read."""
