"""Signatures of what spans say, in blocks: written with the spans, sliced when there are enough, blanked with them.

A batch of spans is a block of its own until 4,096 spans are together; these become one block that is stored bit by bit.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, delete, func, insert, select, update

from plimsoll.traces.search.blocks import (
    BLOCK_SPANS,
    MAP_PART,
    Keys,
    cut_map,
    cut_parts,
    is_left,
    pack_keys,
    read_keys,
    read_signatures,
    sign_rows,
    text_of,
    trace_ids_of,
)
from plimsoll.traces.search.signatures import Bytes, fold_case, sign_texts
from plimsoll.traces.tables.rows_of import Row, rows_of
from plimsoll.traces.tables.schema import TEXT_BLOCKS, TEXT_PARTS

_SAID = "s.trace_id, s.start_ns, s.name, s.error, s.input_text, s.output_text"
# CROSS JOIN keeps SQLite from turning the order round: it is a lookup in the key for each pair, nothing else.
_BY_KEY = {
    "sqlite": "SELECT {said} FROM json_each(?) AS k CROSS JOIN spans AS s "
    "ON s.trace_id = json_extract(k.value, '$[0]') AND s.start_ns = json_extract(k.value, '$[1]')",
    "postgresql": "SELECT {said} FROM unnest(%s::text[], %s::bigint[]) AS k(trace_id, start_ns) "
    "JOIN spans AS s ON s.trace_id = k.trace_id AND s.start_ns = k.start_ns",
}


class Said(NamedTuple):
    """What is searched of one span."""

    trace_id: str
    """Its trace."""
    start_ns: int
    """When it began."""
    name: str
    """What was done."""
    error: str | None
    """What went wrong."""
    input_text: str | None
    """What went in."""
    output_text: str | None
    """What came out."""

    def has(self, folded: str) -> bool:
        """Tell whether any of its texts contains the words, which are given without case."""
        texts = (self.name, self.error, self.input_text, self.output_text)
        return any(text is not None and folded in fold_case(text) for text in texts)


def keep_texts(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Keep the signatures of spans that were just stored, and slice the newest ones when there are enough."""
    if not rows:
        return
    keys = pack_keys([(str(row["trace_id"]), int(str(row["start_ns"])), str(row["tenant"])) for row in rows])
    signed = sign_rows(rows)
    values = {**_extent(keys), "members": keys.tobytes(), "signatures": signed.signatures.tobytes(), "is_sliced": False}
    _insert_block(connection, {**values, "is_stale": False}, parts={MAP_PART: signed.places})
    waiting = connection.execute(select(func.sum(TEXT_BLOCKS.c.spans)).where(~TEXT_BLOCKS.c.is_sliced)).scalar()
    if waiting is not None and waiting >= BLOCK_SPANS:
        slice_block(connection)


def slice_block(connection: Connection) -> None:
    """Make one sliced block of the oldest that are not; another process may have done it meanwhile."""
    taken: list[int] = []
    count = 0
    oldest = select(TEXT_BLOCKS.c.block_id, TEXT_BLOCKS.c.spans).where(~TEXT_BLOCKS.c.is_sliced)
    for block_id, spans in connection.execute(oldest.order_by(TEXT_BLOCKS.c.block_id)):
        if count >= BLOCK_SPANS:
            break
        taken.append(block_id)
        count += spans
    gone = delete(TEXT_BLOCKS).where(TEXT_BLOCKS.c.block_id.in_(taken)).returning(TEXT_BLOCKS)
    blocks = sorted(rows_of(connection, gone), key=lambda block: int(str(block["block_id"])))
    if blocks:
        _store_sliced(connection, blocks, maps=_take_maps(connection, blocks))


def _take_maps(connection: Connection, blocks: Sequence[Row]) -> dict[int, bytes]:
    """Return the map of blocks that become one, taking theirs away; none where one of them has none."""
    those = TEXT_PARTS.c.block_id.in_([block["block_id"] for block in blocks])
    taken = connection.execute(delete(TEXT_PARTS).where(those).returning(TEXT_PARTS.c.bits)).scalars().all()
    return cut_map([bytes_of(bits) for bits in taken]) if len(taken) == len(blocks) else {}


def _store_sliced(connection: Connection, blocks: Sequence[Row], *, maps: Mapping[int, bytes]) -> None:
    keys = np.concatenate([read_keys(bytes_of(block["members"])) for block in blocks])
    signatures = np.vstack([_signatures(connection, block) for block in blocks])
    left = is_left(keys)
    if not left.any():
        return
    keys, parts = cut_parts(keys[left], signatures[left])
    values = {**_extent(keys[is_left(keys)]), "members": keys.tobytes(), "is_sliced": True}
    values["is_stale"] = any(block["is_stale"] for block in blocks)
    _insert_block(connection, values, parts={**dict(enumerate(parts)), **maps})


def _insert_block(connection: Connection, values: Mapping[str, object], *, parts: Mapping[int, bytes]) -> None:
    block_id = connection.execute(insert(TEXT_BLOCKS).values(**values).returning(TEXT_BLOCKS.c.block_id)).scalar_one()
    rows = [{"block_id": block_id, "part": number, "bits": part} for number, part in parts.items()]
    connection.execute(insert(TEXT_PARTS), rows)


def _signatures(connection: Connection, block: Row) -> Bytes:
    """Return a block's signatures; those of spans from before there were any are made of what these say."""
    if block["signatures"] is not None:
        return read_signatures(bytes_of(block["signatures"]))
    keys = read_keys(bytes_of(block["members"]))
    said: dict[tuple[str, int], str] = {}
    for one in read_texts(connection, keys):
        place = (one.trace_id, one.start_ns)
        said[place] = f"{said.get(place, '')}\n{text_of(one._asdict())}"
    places = zip(trace_ids_of(keys), keys["start"].tolist(), strict=True)
    return sign_texts([said.get(place, "") for place in places])


def read_texts(connection: Connection, keys: Keys) -> list[Said]:
    """Return what the spans of these keys say: two that began at once in one trace are both there."""
    return [Said._make(row) for row in _select_by_key(connection, keys, _SAID)]


def list_stored(connection: Connection, keys: Keys) -> set[tuple[str, int]]:
    """Return the traces and beginnings of those keys whose spans are stored."""
    return {(trace_id, start) for trace_id, start in _select_by_key(connection, keys, "s.trace_id, s.start_ns")}


def _select_by_key(connection: Connection, keys: Keys, said: str) -> "Sequence[tuple[Any, ...]]":
    pairs = sorted(set(zip(trace_ids_of(keys), keys["start"].tolist(), strict=True)))
    if connection.dialect.name == "sqlite":
        given: tuple[object, ...] = (msgspec.json.encode(pairs).decode(),)
    else:
        given = ([name for name, _ in pairs], [start for _, start in pairs])
    found = connection.exec_driver_sql(_BY_KEY[connection.dialect.name].format(said=said), given)
    return cast("Sequence[tuple[Any, ...]]", found.all())


def replace_keys(
    connection: Connection,
    block: Row,
    *,
    keys: Keys,
    gone: NDArray[np.bool_],
) -> None:
    """Put a block's keys, of which some are blank now; what is sliced is marked as stale, and the map goes."""
    forget_map(connection, block["block_id"])
    this = TEXT_BLOCKS.c.block_id == block["block_id"]
    if not is_left(keys).any():
        connection.execute(delete(TEXT_PARTS).where(TEXT_PARTS.c.block_id == block["block_id"]))
        connection.execute(delete(TEXT_BLOCKS).where(this))
        return
    if block["is_sliced"]:
        connection.execute(update(TEXT_BLOCKS).where(this).values(members=keys.tobytes(), is_stale=True))
        return
    left = ~gone
    signed = block["signatures"]
    signatures = None if signed is None else read_signatures(bytes_of(signed))[left].tobytes()
    changed = {"members": keys[left].tobytes(), "signatures": signatures, "spans": int(left.sum())}
    connection.execute(update(TEXT_BLOCKS).where(this).values(**changed))


def forget_map(connection: Connection, block_id: object) -> None:
    """Delete the map of a block of which spans were deleted: it cannot tell which of its places these set."""
    connection.execute(delete(TEXT_PARTS).where(TEXT_PARTS.c.block_id == block_id, TEXT_PARTS.c.part >= MAP_PART))


def list_blocks(connection: Connection) -> list[Row]:
    """Return where the blocks lie in time and whether they are sliced, the youngest first."""
    columns = (TEXT_BLOCKS.c.block_id, TEXT_BLOCKS.c.spans, TEXT_BLOCKS.c.last_ns, TEXT_BLOCKS.c.is_sliced)
    return rows_of(connection, select(*columns).order_by(TEXT_BLOCKS.c.last_ns.desc(), TEXT_BLOCKS.c.block_id.desc()))


def read_blocks(connection: Connection, block_ids: Sequence[int]) -> dict[int, Row]:
    """Return the keys and, where they are not sliced, the signatures of blocks."""
    columns = (TEXT_BLOCKS.c.block_id, TEXT_BLOCKS.c.members, TEXT_BLOCKS.c.signatures)
    query = select(*columns).where(TEXT_BLOCKS.c.block_id.in_(block_ids))
    return {int(str(row["block_id"])): row for row in rows_of(connection, query)}


def read_parts(
    connection: Connection, block_ids: Sequence[int], numbers: Sequence[int] | None
) -> dict[int, dict[int, bytes]]:
    """Return parts of sliced blocks, by block and by number; all of them for no numbers."""
    query = select(TEXT_PARTS.c.block_id, TEXT_PARTS.c.part, TEXT_PARTS.c.bits)
    query = query.where(TEXT_PARTS.c.block_id.in_(block_ids))
    if numbers is not None:
        query = query.where(TEXT_PARTS.c.part.in_(numbers))
    found: dict[int, dict[int, bytes]] = {}
    for block_id, part, bits in connection.execute(query):
        found.setdefault(block_id, {})[part] = bytes_of(bits)
    return found


def _extent(keys: Keys) -> dict[str, int]:
    starts = keys["start"]
    return {"spans": len(keys), "first_ns": int(starts.min()), "last_ns": int(starts.max())}


def bytes_of(value: object) -> bytes:
    """Return what the driver gives for bytes, which PostgreSQL's may wrap."""
    return value if isinstance(value, bytes) else bytes(value)  # pyright: ignore[reportArgumentType]
