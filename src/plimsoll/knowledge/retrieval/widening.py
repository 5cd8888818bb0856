"""Widens passages to what stands around them, and joins those that meet. Pure: the chunks around come in.

Only chunks of one section are joined, so that a passage never runs over a heading or a page. What stands in no chunk
between two of them is blank in the passage and cannot be quoted: offsets stay exact.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from plimsoll.knowledge.retrieval.contender import Contender, Stretch
from plimsoll.knowledge.retrieval.plan import Widen
from plimsoll.knowledge.tables.found import FoundChunk
from plimsoll.knowledge.tables.surroundings import SectionKey
from plimsoll.records import PassagePart

_WIDEST_GAP = 200


def section_of(chunk: FoundChunk) -> SectionKey:
    """Return the section that the chunk is a part of."""
    return (chunk.document_id, chunk.section)


def widen_all(
    contenders: Sequence[Contender], around: Mapping[SectionKey, Sequence[FoundChunk]], *, widen: Widen
) -> list[Stretch]:
    """Return a stretch for each contender that no better one's stretch holds already; the others go into that one."""
    stretches: list[Stretch] = []
    inside: dict[str, int] = {}
    more: dict[int, list[Contender]] = defaultdict(list)
    for contender in contenders:
        place = inside.get(contender.chunk.id)
        if place is not None:
            more[place].append(contender)
            continue
        chunks = _around(contender.chunk, around.get(section_of(contender.chunk), ()), widen=widen)
        free = _run_at(contender.chunk, [chunk for chunk in chunks if chunk.id not in inside])
        inside.update((chunk.id, len(stretches)) for chunk in free)
        stretches.append(Stretch(best=contender, chunks=tuple(free)))
    return [msgspec.structs.replace(one, others=tuple(more[place])) for place, one in enumerate(stretches)]


def narrow(stretch: Stretch) -> Stretch:
    """Return the stretch with nothing but the chunk that it is there for."""
    return Stretch(best=stretch.best, chunks=(stretch.best.chunk,))


def text_of(chunks: Sequence[FoundChunk]) -> str:
    """Return the text from the first chunk's beginning to the last one's end, blank where it stands in no chunk."""
    text = chunks[0].text
    for chunk in chunks[1:]:
        end = chunks[0].start + len(text)
        text += _blank(chunk.start - end) + chunk.text[max(0, end - chunk.start) :]
    return text


def parts_of(chunks: Sequence[FoundChunk]) -> tuple[PassagePart, ...]:
    """Return where each chunk stands in `text_of` them; none for a single chunk."""
    first = chunks[0].start
    return tuple(
        PassagePart(
            chunk_id=chunk.id, start=chunk.start - first, end=chunk.start - first + len(chunk.text), page=chunk.page
        )
        for chunk in chunks
        if len(chunks) > 1
    )


def _around(chunk: FoundChunk, section: Sequence[FoundChunk], *, widen: Widen) -> list[FoundChunk]:
    if widen == "none":
        return [chunk]
    reach = 1 if widen == "neighbours" else len(section)
    near = [one for one in section if abs(one.place - chunk.place) <= reach and one.id != chunk.id]
    return sorted([*near, chunk], key=lambda one: (one.start, one.place))


def _run_at(chunk: FoundChunk, chunks: Sequence[FoundChunk]) -> list[FoundChunk]:
    """Return the run of chunks around one that no wide gap interrupts."""
    run: list[FoundChunk] = []
    for one in chunks:
        if run and one.start - (run[-1].start + len(run[-1].text)) > _WIDEST_GAP:
            if chunk in run:
                break
            run = []
        run.append(one)
    return run


def _blank(length: int) -> str:
    return " " if length == 1 else "\n" + " " * (length - 2) + "\n" if length > 1 else ""
