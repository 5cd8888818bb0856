"""Two windows, versions or filters are drawn from the tables and compared, within what the caller may see."""

import hashlib
from datetime import timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from plimsoll.errors import InvalidRequest
from plimsoll.records import Principal, Span, SystemClock
from plimsoll.store import Store
from plimsoll.traces import Capture, Trace, Traces, parse_side

from property.traces.traffic import BEGAN, World, make_trace

pytestmark = pytest.mark.anyio
NOW = BEGAN + timedelta(hours=2)
LOCAL = Principal.local()


async def write(
    store: Store, world: World, *, seed: int, hours: float = 0, count: int = 60, is_closed: bool = False, **told: str
) -> None:
    """Keep so many requests that began so many hours after the beginning."""
    rng = np.random.default_rng(seed)
    capture = Capture(store, SystemClock())
    for number in range(count):
        trace = make_trace(world, rng, number)
        for span in stored_spans(trace, seed=seed, later_ns=int(hours * 3.6e12), told=told, is_closed=is_closed):
            assert capture.put(span)
    assert await capture.flush()


def stored_spans(trace: Trace, *, seed: int, later_ns: int, told: dict[str, str], is_closed: bool) -> list[Span]:
    summary = trace.summary
    own: dict[str, str | bool] = {
        "plimsoll.tenant": "local",
        "plimsoll.subject": summary.subject or "",
        "plimsoll.feature": "docs_answer",
        "plimsoll.input": summary.input_text or "",
        "plimsoll.outcome": str(summary.outcome),
        **({"plimsoll.retrieval.is_closed": True} if is_closed else {}),
        **{f"plimsoll.{name}": value for name, value in told.items()},
    }
    ids = {span.span_id: hashlib.sha256(span.span_id.encode()).hexdigest()[:16] for span in trace.spans}
    trace_id = hashlib.sha256(f"{seed}/{summary.trace_id}".encode()).hexdigest()[:32]
    return [
        replace(
            span,
            trace_id=trace_id,
            span_id=ids[span.span_id],
            parent_id=ids[span.parent_id] if span.parent_id else None,
            start_ns=span.start_ns + later_ns,
            end_ns=span.end_ns + later_ns,
            attributes={**span.attributes, **(own if span.parent_id is None else {})},
        )
        for span in trace.spans
    ]


async def test_the_change_between_two_windows_is_found(store: Store):
    await write(store, World(), seed=1)
    await write(store, World(fingerprint="fp_2"), seed=2, hours=1)
    sides = parse_side("3h..90m", now=NOW), parse_side("90m..now", now=NOW)
    compared = await Traces(store).compare(*sides, caller=LOCAL)
    assert [(side.matching, side.sampled) for side in (compared.first, compared.second)] == [(60, 60)] * 2
    first = compared.findings[0]
    assert (first.aspect, first.value, first.second.estimate) == ("fingerprint", "fp_2", 1.0)
    assert (await Traces(store).get(first.second_examples[0])).summary.started_at >= NOW - timedelta(minutes=90)


async def test_two_variants_and_two_versions_are_compared(store: Store):
    await write(store, World(), seed=1, variant="live")
    await write(store, World(prompt="b" * 64), seed=2, variant="prompt=b.md")
    for sides in (("variant=live", "variant=prompt=b.md"), ("version=ca", "version=cb")):
        compared = await Traces(store).compare(*(parse_side(side, now=NOW) for side in sides), caller=LOCAL)
        assert compared.findings[0].aspect == "prompt"


async def test_a_sample_is_drawn_by_its_seed(store: Store):
    await write(store, World(), seed=1)
    everything = parse_side("feature=docs_answer", now=NOW)
    drawn = [await Traces(store).compare(everything, everything, caller=LOCAL, most=20, seed=n) for n in (1, 1, 2)]
    assert [one.first.sampled for one in drawn] == [20, 20, 20]
    assert drawn[0] == drawn[1]
    assert drawn[0].first.matching == 60


async def test_what_is_not_for_the_caller_is_not_compared(store: Store):
    await write(store, World(), seed=1, count=3)
    await write(store, World(), seed=2, count=4, tenant="other")
    await write(store, World(), seed=3, count=5, dataset="questions")
    await write(store, World(), seed=4, count=6, is_closed=True)
    side = parse_side("feature=docs_answer", now=NOW)
    compared = await Traces(store).compare(side, side, caller=LOCAL)
    assert compared.first.matching == 3
    other = await Traces(store).compare(side, side, caller=Principal(id="key:1", tenant="other"))
    assert other.first.matching == 4


@pytest.mark.parametrize(
    ("text", "matching"),
    [("min_ms=1000000", 0), ("outcome=answered,user=user:1", None), ("traffic=live", 60)],
)
async def test_every_filter_of_the_list_makes_a_side(store: Store, text: str, matching: int | None):
    await write(store, World(users=3), seed=1)
    side = parse_side(text, now=NOW)
    found = (await Traces(store).compare(side, side, caller=LOCAL)).first.matching
    listed = await Traces(store).list(replace(side.where, tenant="local", limit=100))
    assert found == len(listed)
    assert matching is None or found == matching


@pytest.mark.parametrize("text", ["", "2h", "colour=red", "2h..3h", "version=", "tomorrow..now", "text=refund"])
def test_a_side_that_means_nothing_says_what_would(text: str):
    with pytest.raises(InvalidRequest) as refused:
        parse_side(text, now=NOW)
    assert "2h..1h" in refused.value.next_step
