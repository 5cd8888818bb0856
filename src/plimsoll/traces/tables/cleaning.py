"""Taking what was said by deleted traces out of the blocks of signatures, in steps that a writer can wait for.

Deleting marks the blocks around the traces as stale, once; a step here looks which of their traces are gone. A block
stays marked until the last step, so that a process that dies leaves it to be found.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, select, update

from plimsoll.traces.search.blocks import KEY, PARTS, Keys, blank_parts, is_left, read_keys, trace_ids_of
from plimsoll.traces.tables.rows_of import rows_of
from plimsoll.traces.tables.schema import SUMMARIES, TEXT_BLOCKS, TEXT_PARTS
from plimsoll.traces.tables.statements import select_rows
from plimsoll.traces.tables.texts import bytes_of, forget_map, list_stored, read_parts, replace_keys


class Stale(NamedTuple):
    """A block that is being cleaned."""

    block_id: int
    members: bytes
    """Its keys, of which those of deleted traces are blank by now."""
    parts: int
    """How many parts there are to clean; 0 for a block that is not sliced, which is clean already."""


def mark_stale(connection: Connection, extents: Sequence[tuple[int, int]]) -> None:
    """Mark the blocks that may hold spans of traces with these beginnings and ends, which are being deleted."""
    if not extents:
        return
    first, last = min(start for start, _ in extents), max(end for _, end in extents)
    block = TEXT_BLOCKS.c
    around = (block.last_ns >= first, block.first_ns <= last, ~block.is_stale)
    connection.execute(update(TEXT_BLOCKS).where(*around).values(is_stale=True))


def blank_gone(connection: Connection) -> Stale | None:
    """Blank the keys of deleted traces in a marked block, and return it; None where no block is marked."""
    for block in rows_of(connection, select(TEXT_BLOCKS).where(TEXT_BLOCKS.c.is_stale).limit(1)):
        block_id = int(str(block["block_id"]))
        keys = read_keys(bytes_of(block["members"])).copy()
        gone = _find_gone(connection, keys)
        keys[gone] = np.zeros(1, KEY)
        this = update(TEXT_BLOCKS).where(TEXT_BLOCKS.c.block_id == block_id)
        if block["is_sliced"]:
            if gone.any():
                forget_map(connection, block_id)
            connection.execute(this.values(members=keys.tobytes()))
            return Stale(block_id, keys.tobytes(), PARTS)
        if gone.any():
            replace_keys(connection, block, keys=keys, gone=gone)
        connection.execute(this.values(is_stale=False))
        return Stale(block_id, keys.tobytes(), 0)
    return None


def _find_gone(connection: Connection, keys: Keys) -> NDArray[np.bool_]:
    """Tell which keys stand for spans of traces that are gone, also where the trace began anew since."""
    names, left = trace_ids_of(keys), is_left(keys)
    asked = list({name for name, one in zip(names, left, strict=True) if one})
    there = {row[0] for row in select_rows(connection, SUMMARIES, ("trace_id",), keys=asked)}
    begun_anew = left & np.array([name in there for name in names])
    stored = list_stored(connection, keys[begun_anew]) if begun_anew.any() else set[tuple[str, int]]()
    places = zip(names, keys["start"].tolist(), strict=True)
    return left & np.array([name not in there or (name, start) not in stored for name, start in places])


def clean_parts(connection: Connection, stale: Stale, *, first: int, last: int) -> None:
    """Take what deleted spans said out of these parts of a sliced block, the last one not included."""
    left = is_left(read_keys(stale.members))
    here = (TEXT_PARTS.c.block_id == stale.block_id, TEXT_PARTS.c.part >= first, TEXT_PARTS.c.part < last)
    if not left.any():
        connection.execute(delete(TEXT_PARTS).where(*here))
        return
    found = read_parts(connection, [stale.block_id], range(first, last)).get(stale.block_id, {})
    cleaned = [{"number": number, "cleaned": bits} for number, bits in blank_parts(found, left).items()]
    this = (TEXT_PARTS.c.block_id == stale.block_id, TEXT_PARTS.c.part == bindparam("number"))
    if cleaned:
        connection.execute(update(TEXT_PARTS).where(*this).values(bits=bindparam("cleaned")), cleaned)


def end_cleaning(connection: Connection, stale: Stale) -> None:
    """Take the mark away, unless more keys or traces went meanwhile; delete a block that says nothing any more."""
    this = (TEXT_BLOCKS.c.block_id == stale.block_id, TEXT_BLOCKS.c.members == stale.members)
    keys = read_keys(stale.members)
    if not is_left(keys).any():
        connection.execute(delete(TEXT_BLOCKS).where(*this))
    elif not _find_gone(connection, keys).any():
        connection.execute(update(TEXT_BLOCKS).where(*this).values(is_stale=False))
