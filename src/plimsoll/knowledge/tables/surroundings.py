"""The chunks that stand around others in their sections, for passages that are widened. `retrieval` asks.

Readers are checked here as in `find_chunks`: nothing comes into an answer by standing beside it.
"""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from plimsoll.knowledge.readers import may_read
from plimsoll.knowledge.tables.chunks import CHUNKS
from plimsoll.knowledge.tables.documents import DOCUMENTS
from plimsoll.knowledge.tables.found import FOUND, FOUND_COLUMNS, FoundChunk
from plimsoll.records import Principal

SectionKey = tuple[str, int]
"""A document's id and the number of one of its sections."""
FARTHEST = 25
"""Most chunks on either side that a passage is widened by."""


def find_around(
    connection: Connection, corpus: str, chunks: Sequence[FoundChunk], *, reach: int, caller: Principal
) -> list[FoundChunk]:
    """Return the chunks at most `reach` places before and after the given ones in the same section, by place.

    The given ones are among them. What the caller may not read is not.
    """
    places: dict[SectionKey, list[int]] = {}
    for chunk in chunks:
        places.setdefault((chunk.document_id, chunk.section), []).append(chunk.place)
    query = (
        select(*FOUND_COLUMNS)
        .join_from(CHUNKS, DOCUMENTS, CHUNKS.c.document_id == DOCUMENTS.c.id)
        .where(
            or_(*(_is_near(section, low, high) for section, low, high in _runs(places, reach))),
            DOCUMENTS.c.corpus == corpus,
            DOCUMENTS.c.tenant == caller.tenant,
        )
        .order_by(CHUNKS.c.document_id, CHUNKS.c.place)
    )
    found = [FoundChunk(**dict(zip(FOUND, row, strict=True))) for row in connection.execute(query)]
    return [chunk for chunk in found if may_read(chunk.readers, caller)]


def _runs(places: Mapping[SectionKey, Sequence[int]], reach: int) -> Iterator[tuple[SectionKey, int, int]]:
    """Yield, for each section, the runs of places that are at most `reach` away from one of the given."""
    for section, given in places.items():
        low, high = min(given) - reach, min(given) + reach
        for place in sorted(given):
            if place - reach > high + 1:
                yield section, low, high
                low = place - reach
            high = place + reach
        yield section, low, high


def _is_near(section: SectionKey, low: int, high: int) -> ColumnElement[bool]:
    document_id, number = section
    return and_(CHUNKS.c.document_id == document_id, CHUNKS.c.section == number, CHUNKS.c.place.between(low, high))
