"""One row of a dataset: what to ask, and what is known of the right answer."""

import msgspec


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a dataset."""

    id: str
    """Stable name of the case within its dataset; results of two runs are paired by it."""
    input: dict[str, object]
    """The feature's input, as a JSON object that its input model accepts."""
    expected: dict[str, object] = {}
    """What is known of the right answer, by the names that the scorers read, e.g. `{"contains": "30 days"}`."""
    tags: tuple[str, ...] = ()
    """Slices the case belongs to."""
    cluster: str | None = None
    """What the case shares with others (a document, a user, a conversation); intervals are widened by it."""
    source_trace_id: str | None = None
    """The production trace that the case was made from."""
