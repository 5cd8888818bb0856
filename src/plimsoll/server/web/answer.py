"""An answer as a page shows it: numbers where its quotations stand, and each quotation within its passage. Pure.

Made from a result that this process still holds, or from a trace, which has the quotations but not the passages.
"""

import re
from collections.abc import Sequence
from typing import cast

import msgspec
from pydantic import BaseModel

from plimsoll.features import Result
from plimsoll.pages import main_text
from plimsoll.project import write_answer
from plimsoll.records import Citation, Passage
from plimsoll.traces import Trace

_LEAD = 240


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a passage."""

    text: str
    """The piece."""
    is_quoted: bool = False
    """Whether the answer rests on it."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a document, numbered."""

    number: int
    """Its number, counted from 1."""
    title: str
    """The document's title."""
    heading: str
    """The headings above it."""
    page: int | None
    """Its page."""
    source: str
    """Where the document came from."""
    lead: str
    """The quotation, or how the passage begins."""
    segments: tuple[Segment, ...]
    """The passage, with what is quoted marked."""


class AnswerPart(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of an answer and the numbers that follow it."""

    text: str
    """The piece."""
    numbers: tuple[int, ...]
    """Sources that it rests on."""


class AnswerView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of an answer shows."""

    question: str
    """What was asked."""
    feature: str
    """Who was asked."""
    outcome: str | None
    """How it ended."""
    message: str
    """Why there is no answer; empty where there is one."""
    parts: tuple[AnswerPart, ...]
    """The answer."""
    sources: tuple[Source, ...]
    """What it rests on; without an answer, the nearest passages."""
    trace_id: str
    """The request's trace."""
    duration_ms: float
    """How long it took."""
    cost_usd: float | None
    """What it cost; None when a price is unknown."""


def view_result(question: str, feature: str, *, result: Result[BaseModel]) -> AnswerView:
    """Return the view of a result that was just given."""
    answer = cast("str | None", write_answer(result)["answer"]) or ""
    passages = {chunk_id: passage for passage in result.passages for chunk_id in passage.chunk_ids()}
    cited = [
        _quote_in(number, one, passages.get(one.chunk_id)) for number, one in enumerate(_once(result.citations), 1)
    ]
    nearest = [_show_passage(number, passage) for number, passage in enumerate(result.passages, 1)]
    return AnswerView(
        question=question,
        feature=feature,
        outcome=result.outcome.value,
        message=result.message,
        parts=place_numbers(answer, cited),
        sources=tuple(cited if answer else nearest),
        trace_id=result.trace_id,
        duration_ms=result.latency_ms,
        cost_usd=result.cost_usd,
    )


def view_trace(trace: Trace) -> AnswerView:
    """Return the view of an answer that only its trace remembers."""
    summary = trace.summary
    citations = _read_citations(_of_root(trace, "plimsoll.citations"))
    cited = [_quote_in(number, one, None) for number, one in enumerate(_once(citations), 1)]
    answer = main_text(summary.output_text or "", "answer")
    return AnswerView(
        question=main_text(summary.input_text or "") or summary.name,
        feature=summary.feature or summary.name,
        outcome=summary.outcome.value if summary.outcome else None,
        message=summary.withheld or _of_root(trace, "plimsoll.message") or summary.error or "",
        parts=place_numbers(answer, cited),
        sources=tuple(cited),
        trace_id=summary.trace_id,
        duration_ms=summary.duration_ms,
        cost_usd=summary.cost_usd,
    )


def place_numbers(answer: str, sources: Sequence[Source]) -> tuple[AnswerPart, ...]:
    """Return the answer cut after each quotation that stands in it; numbers of the others follow its end."""
    if not answer:
        return ()
    places: dict[int, list[int]] = {}
    for source in sources:
        places.setdefault(_end_of(source.lead, answer), []).append(source.number)
    ends = sorted({*places, len(answer)})
    starts = [0, *ends[:-1]]
    return tuple(
        AnswerPart(text=answer[start:end], numbers=tuple(places.get(end, ())))
        for start, end in zip(starts, ends, strict=True)
    )


def _end_of(quote: str, answer: str) -> int:
    """Return where the quotation ends within the answer, whitespace aside; the answer's end where it does not stand."""
    words = quote.split()
    found = re.search(r"\s+".join(map(re.escape, words)), answer) if words else None
    return found.end() if found else len(answer)


def _once(citations: Sequence[Citation]) -> list[Citation]:
    unique = {(one.chunk_id, one.start, one.end): one for one in citations}
    return list(unique.values())


def _quote_in(number: int, citation: Citation, passage: Passage | None) -> Source:
    return Source(
        number=number,
        title=citation.title,
        heading=citation.heading,
        page=citation.page,
        source=citation.source,
        lead=citation.quote,
        segments=_mark(citation, passage),
    )


def _mark(citation: Citation, passage: Passage | None) -> tuple[Segment, ...]:
    """Return the passage with the quotation marked; offsets of a citation count within the document."""
    if passage is None:
        return (Segment(text=citation.quote, is_quoted=True),)
    start, end = citation.start - passage.start, citation.end - passage.start
    if start < 0 or end > len(passage.text):
        return (Segment(text=passage.text),)
    return _cut(passage.text, start, end=end)


def _show_passage(number: int, passage: Passage) -> Source:
    best = passage.highlights[0] if passage.highlights else None
    return Source(
        number=number,
        title=passage.title,
        heading=passage.heading,
        page=passage.page,
        source=passage.source,
        lead=passage.text[best.start : best.end] if best else shorten(passage.text),
        segments=_cut(passage.text, best.start, end=best.end) if best else (Segment(text=passage.text),),
    )


def _cut(text: str, start: int, *, end: int) -> tuple[Segment, ...]:
    pieces = (Segment(text=text[:start]), Segment(text=text[start:end], is_quoted=True), Segment(text=text[end:]))
    return tuple(piece for piece in pieces if piece.text)


def shorten(text: str) -> str:
    """Return the text on one line, cut at a word where it is long."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LEAD else f"{flat[:_LEAD].rsplit(' ', 1)[0]} …"


def _of_root(trace: Trace, attribute: str) -> str:
    roots = [span for span in trace.spans if span.parent_id is None]
    return str(roots[0].attributes.get(attribute, "")) if roots else ""


def _read_citations(text: str) -> tuple[Citation, ...]:
    """Traces are cut and redacted: citations that can no longer be read are left out."""
    try:
        return msgspec.json.decode(text or "[]", type=tuple[Citation, ...])
    except msgspec.DecodeError:
        return ()
