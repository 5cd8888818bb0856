"""Entries as rows of the ledger's tables, and their sums by day. Pure; it runs in the thread that writes.

Callers choose some of the names in an entry. An entry is never refused, so names are cut and cleaned here until every
database takes them.
"""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from plimsoll.gateway.spend.entry import SpendEntry

NAMES = ("tenant", "subject", "groups", "feature", "alias", "provider", "model")
"""Whose call it was, and of what."""
TOKENS = ("input_tokens", "output_tokens", "cached_input_tokens", "cache_write_tokens", "reasoning_tokens")
"""How many of which."""
DIMENSIONS = ("day", *NAMES)
"""What a row of a day stands for."""
SUMS = ("requests", *TOKENS, "cost_nano_usd", "unknown_costs", "estimates")
"""What is added up in it."""

Sums = dict[tuple[str, ...], list[int]]
_MOST_TOKENS = 1 << 40
_LONGEST_NAME = 200
_LONGEST_TRACE_ID = 32
_MOST_GROUPS = 50


class Line(NamedTuple):
    """An entry to write, with its id and its cost in billionths of a dollar."""

    entry_id: str
    entry: SpendEntry
    cost: int | None


def entry_row(line: Line) -> dict[str, object]:
    """Return the row of an entry."""
    entry = line.entry
    return {
        "entry_id": line.entry_id,
        "at": entry.at,
        "tenant": clean(entry.tenant),
        "subject": clean(entry.subject),
        "groups": _write_groups(entry.groups),
        "feature": clean(entry.feature or ""),
        "alias": clean(entry.alias),
        "provider": clean(entry.provider),
        "model": clean(entry.model),
        "input_tokens": _bound(entry.input_tokens),
        "output_tokens": _bound(entry.output_tokens),
        "cached_input_tokens": _bound(entry.cached_input_tokens),
        "cache_write_tokens": _bound(entry.cache_write_tokens),
        "reasoning_tokens": _bound(entry.reasoning_tokens),
        "cost_nano_usd": line.cost,
        "is_estimated": entry.is_estimated,
        "trace_id": None if entry.trace_id is None else clean(entry.trace_id)[:_LONGEST_TRACE_ID],
        "outcome": clean(entry.outcome),
    }


def day_rows(lines: Sequence[Line]) -> list[dict[str, object]]:
    """Return the lines added up by day and names, as rows."""
    sums: Sums = {}
    for _, entry, cost in lines:
        key = (
            f"{entry.at.year:04}-{entry.at.month:02}-{entry.at.day:02}",
            clean(entry.tenant),
            clean(entry.subject),
            _write_groups(entry.groups),
            clean(entry.feature or ""),
            clean(entry.alias),
            clean(entry.provider),
            clean(entry.model),
        )
        total = sums.get(key) or sums.setdefault(key, [0] * len(SUMS))
        total[0] += 1
        total[1] += _bound(entry.input_tokens)
        total[2] += _bound(entry.output_tokens)
        total[3] += _bound(entry.cached_input_tokens)
        total[4] += _bound(entry.cache_write_tokens)
        total[5] += _bound(entry.reasoning_tokens)
        total[6] += cost or 0
        total[7] += cost is None
        total[8] += entry.is_estimated
    return sorted_rows(sums)


def sorted_rows(sums: Mapping[tuple[str, ...], Sequence[int]]) -> list[dict[str, object]]:
    """Return sums by dimensions as rows in the order of their ids, so that two writers change them in one order."""
    rows = {_row_id(key): (key, total) for key, total in sums.items()}
    return [
        {"row_id": row_id, **dict(zip(DIMENSIONS, key, strict=True)), **dict(zip(SUMS, total, strict=True))}
        for row_id, (key, total) in sorted(rows.items())
    ]


@lru_cache(maxsize=4_096)
def clean(text: str) -> str:
    """Return a name that every database takes: no zeros, no half letters, at most 200 characters."""
    return text[:_LONGEST_NAME].replace("\0", "").encode(errors="replace").decode()


@lru_cache(maxsize=4_096)
def _write_groups(groups: frozenset[str]) -> str:
    return msgspec.json.encode([clean(group) for group in sorted(groups)[:_MOST_GROUPS]]).decode()


@lru_cache(maxsize=4_096)
def _row_id(key: tuple[str, ...]) -> str:
    return hashlib.sha256(msgspec.json.encode(key)).hexdigest()[:32]


def _bound(tokens: int) -> int:
    return tokens if 0 <= tokens <= _MOST_TOKENS else min(max(tokens, 0), _MOST_TOKENS)
