"""Plimsoll's own work as traces: the root says that no user asked, and all that is done for it hangs below."""

from collections.abc import Generator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.trace import Span, Tracer

from plimsoll.records import Principal


@contextmanager
def operation_span(tracer: Tracer, name: str, *, caller: Principal, dataset: str = "") -> Generator[Span]:
    """Begin the trace of an operation; one that measures names the dataset, and counts among evaluations."""
    attributes = {
        "plimsoll.kind": "operation",
        "plimsoll.tenant": caller.tenant,
        "plimsoll.subject": caller.id,
    }
    if dataset:
        attributes["plimsoll.dataset"] = dataset
    with tracer.start_as_current_span(name, context=Context(), attributes=attributes) as span:
        yield span
