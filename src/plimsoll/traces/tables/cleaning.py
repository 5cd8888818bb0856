"""Taking what was said by deleted traces out of the blocks of signatures, in steps that a writer can wait for.

Deleting marks the blocks around the traces as stale, once; a step here looks which of their traces are gone. A block
stays marked until the last step, so that a process that dies leaves it to be found.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, bindparam, delete, select, update

from plimsoll.traces.search.blocks import KEY, PARTS, blank_parts, is_left, read_keys, trace_ids_of
from plimsoll.traces.tables.rows_of import rows_of
from plimsoll.traces.tables.schema import SUMMARIES, TEXT_BLOCKS, TEXT_PARTS
from plimsoll.traces.tables.statements import select_rows
from plimsoll.traces.tables.texts import bytes_of, forget_map, read_parts, replace_keys


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
        names = trace_ids_of(keys)
        asked = list({name for name, one in zip(names, is_left(keys), strict=True) if one})
        there = {row[0] for row in select_rows(connection, SUMMARIES, ("trace_id",), keys=asked)}
        gone = is_left(keys) & np.array([name not in there for name in names])
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
    """Take the mark away, unless more keys were blanked meanwhile; delete a block that says nothing any more."""
    this = (TEXT_BLOCKS.c.block_id == stale.block_id, TEXT_BLOCKS.c.members == stale.members)
    if is_left(read_keys(stale.members)).any():
        connection.execute(update(TEXT_BLOCKS).where(*this).values(is_stale=False))
    else:
        connection.execute(delete(TEXT_BLOCKS).where(*this))
