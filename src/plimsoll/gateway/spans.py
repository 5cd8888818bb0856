"""Calls made in this process as live spans, so that what a feature does is one tree.

`Gateway.chat` and `embed` use it; calls that come over a wire are written as finished records instead, since a live
span costs more than the rest of such a call.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer

from plimsoll.gateway.describe import describe_failure, describe_request
from plimsoll.gateway.ending import describe_ending
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.wire import ReplyFacts

Record = Callable[[Journal, ReplyFacts | None, BaseException | None], None]
"""Writes down how a call ended."""


@contextmanager
def open_span(tracer: Tracer, operation: str, target: ModelTarget) -> Generator[Span]:
    """Open the span of one call and record on it how the call failed, if it did."""
    attributes = {
        "plimsoll.kind": "model",
        "gen_ai.operation.name": operation,
        "gen_ai.provider.name": target.provider,
        "gen_ai.request.model": target.model,
    }
    with tracer.start_as_current_span(
        f"{operation} {target.model}",
        kind=SpanKind.CLIENT,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            failed, sentence = describe_failure(error)
            span.set_attributes(failed)
            span.set_status(Status(StatusCode.ERROR, sentence))
            raise


def recorder(span: Span) -> Record:
    """Return what writes a call's ending on an open span."""

    def record(journal: Journal, facts: ReplyFacts | None, _: BaseException | None) -> None:
        span.update_name(f"chat {journal.target.model}")
        span.set_attributes(describe_request(journal) | describe_ending(journal, facts))
        for event in journal.events:
            span.add_event(event.name, event.attributes, timestamp=event.at_ns)

    return record
