"""The chunks that stand around others in their sections, for passages that are widened. `retrieval` asks.

Readers are checked here as in `find_chunks`: nothing comes into an answer by standing beside it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, tuple_

from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.table import CHUNKS, DOCUMENTS, FoundChunk
from plimsoll.records import Principal

FARTHEST = 25
"""Most chunks on either side that a passage is widened by."""


def find_around(
    connection: Connection, corpus: str, chunks: Sequence[FoundChunk], *, reach: int, caller: Principal
) -> list[FoundChunk]:
    """Return the chunks at most `reach` places before and after the given ones in the same section, by place.

    The given ones are among them. What the caller may not read is not.
    """
    sections = {(chunk.document_id, chunk.section) for chunk in chunks}
    places = {(chunk.document_id, chunk.place + step) for chunk in chunks for step in range(-reach, reach + 1)}
    columns = [(CHUNKS if name in CHUNKS.c else DOCUMENTS).c[name] for name in FoundChunk.__struct_fields__]
    query = (
        select(*columns)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(
            tuple_(CHUNKS.c.document_id, CHUNKS.c.place).in_(sorted(places)),
            DOCUMENTS.c.corpus == corpus,
            DOCUMENTS.c.tenant == caller.tenant,
        )
        .order_by(CHUNKS.c.document_id, CHUNKS.c.place)
        .add_columns(DOCUMENTS.c.readers)
    )
    return [
        FoundChunk(**{name: row[name] for name in FoundChunk.__struct_fields__})
        for row in connection.execute(query).mappings()
        if (row["document_id"], row["section"]) in sections and may_read(row["readers"], caller)
    ]
