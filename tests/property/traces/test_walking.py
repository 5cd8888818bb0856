"""A search finds what reading every text finds, in the same order, whatever the texts, times and words."""

import asyncio
import tempfile

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.records import Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, TraceFilter, Traces

LETTERS = st.text("abÄé ", min_size=0, max_size=12)
SPANS = st.lists(st.tuples(st.integers(1, 6), st.integers(1, 50), LETTERS), min_size=1, max_size=30)


def made(number: int, trace: int, start: int, words: str) -> Span:  # noqa: PLR0917 - a row of a table
    return Span(
        trace_id=f"{trace:032x}",
        span_id=f"{number + 1:016x}",
        name="-",
        start_ns=start,
        end_ns=start + 1,
        attributes={"plimsoll.input": words},
    )


async def search(spans: list[tuple[int, int, str]], batches: int, words: str) -> list[str]:
    """Write the spans in so many batches and page through what is found, two at a time."""
    with tempfile.TemporaryDirectory() as folder:
        store = await Store.open(f"sqlite:///{folder}/traces.db", schema="traces", clock=SystemClock())
        capture = Capture(store, SystemClock())
        made_spans = [made(number, *span) for number, span in enumerate(spans)]
        for at in range(batches):
            assert all(capture.put(span) for span in made_spans[at::batches])
            assert await capture.flush()
        found: list[str] = []
        while page := await Traces(store).list(TraceFilter(text=words, limit=2, before=found[-1] if found else None)):
            found += [one.trace_id for one in page]
        await store.close()
        return found


@settings(max_examples=40, deadline=None)
@given(SPANS, st.integers(1, 4), st.text("abÄé ", min_size=1, max_size=5))
def test_a_search_finds_what_reading_every_text_finds(spans: list[tuple[int, int, str]], batches: int, words: str):
    begins = {trace: min(start for one, start, _ in spans if one == trace) for trace, _, _ in spans}
    having = {trace for trace, _, said in spans if words.casefold() in said.casefold()}
    expected = sorted(having, key=lambda trace: (begins[trace], trace), reverse=True)
    assert asyncio.run(search(spans, batches, words)) == [f"{trace:032x}" for trace in expected]
