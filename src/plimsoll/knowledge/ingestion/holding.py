"""Decides whether what a source lists may be taken, or must wait for a person. Pure; ingestion asks it."""

from collections.abc import Mapping

from plimsoll.knowledge.sources.columns import find_drift
from plimsoll.knowledge.tables.sources import ColumnSeen, Held


def find_reasons(
    *,
    listed: int,
    missing: int,
    known: int,
    most_loss: float,
    accepted: Mapping[str, ColumnSeen],
    columns: Mapping[str, ColumnSeen],
) -> Held:
    """Return why a person must look first; without reasons nobody must.

    `missing` of the `known` documents are no longer listed, nor under another name.
    """
    reasons: list[str] = []
    if known and not listed:
        reasons.append(f"It lists nothing; {known:,} documents are known from it.")
    elif missing > most_loss * known:
        reasons.append(f"It no longer lists {missing:,} of {known:,} documents, more than a share of {most_loss:g}.")
    if listed and accepted:
        reasons += find_drift(accepted, columns)
    return Held(reasons=tuple(reasons), missing=missing, known=known, columns=dict(columns))


def is_confirmed(held: Held, confirmed: Held) -> bool:
    """Tell whether a person has confirmed this, or worse: as many documents missing, and the same columns."""
    if not confirmed.reasons:
        return False
    return held.missing <= confirmed.missing and not find_drift(confirmed.columns, held.columns)
