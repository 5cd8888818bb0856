"""The OpenTelemetry side of capture: our own provider, never the global one, and spans turned into records.

Settings in the environment that are meant for the user's own telemetry (samplers, limits, OTEL_SDK_DISABLED) do not
reach it. It gives each finished span to a callable and writes nothing.
"""

from collections.abc import Callable, Mapping, Sequence

from opentelemetry.context import Context
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace import Span as LiveSpan
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import INVALID_SPAN_CONTEXT, Tracer, format_span_id, format_trace_id, get_current_span
from opentelemetry.util.types import AttributeValue

from plimsoll.records import Clock, Span, SpanEvent, new_id, new_span_id
from plimsoll.traces.rows import Attribute, cut_texts

CALLER = "plimsoll.caller_span_id"
"""Attribute of a root that was started within a span of another tracer: that span's id."""
_INHERITED = ("plimsoll.feature", "plimsoll.tenant", "plimsoll.subject")
_LIMITS = SpanLimits(
    max_attributes=128,
    max_events=128,
    max_links=0,
    max_span_attributes=128,
    max_event_attributes=128,
    max_link_attributes=0,
    max_attribute_length=SpanLimits.UNSET,
    max_span_attribute_length=SpanLimits.UNSET,
)


def make_tracer(clock: Clock, on_end: Callable[[Span], object], *, limit: int) -> Tracer:
    """Return a tracer that hands every finished span to `on_end`; texts are cut near `limit` characters."""
    provider = _OwnProvider(clock)
    provider.add_span_processor(_Processor(on_end, limit))
    return provider.get_tracer("plimsoll")


class _OwnProvider(TracerProvider):
    """A provider that the user's OTEL_SDK_DISABLED does not switch off: traces here are the product, not telemetry."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(
            sampler=ALWAYS_ON,
            resource=Resource({"service.name": "plimsoll"}),
            shutdown_on_exit=False,
            id_generator=_Ids(clock),
            span_limits=_LIMITS,
            meter_provider=NoOpMeterProvider(),
        )
        self._disabled = False


class _Ids(IdGenerator):
    """Our ids as OpenTelemetry's: trace ids sort by age."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def generate_trace_id(self) -> int:
        return int(new_id(self._clock), 16)

    def generate_span_id(self) -> int:
        return int(new_span_id(), 16)


class _Processor(SpanProcessor):
    """Hands down whose request a span belongs to, and turns finished spans into records."""

    def __init__(self, on_end: Callable[[Span], object], limit: int) -> None:
        self._on_end = on_end
        self._limit = limit

    def on_start(self, span: LiveSpan, parent_context: Context | None = None) -> None:
        parent = get_current_span(parent_context)
        if isinstance(parent, ReadableSpan) and parent.instrumentation_scope is span.instrumentation_scope:
            known = parent.attributes or {}
            span.set_attributes({name: known[name] for name in _INHERITED if name in known})
        elif span.parent is not None and not span.parent.is_remote:
            span.set_attribute(CALLER, format_span_id(span.parent.span_id))

    def on_end(self, span: ReadableSpan) -> None:
        self._on_end(_record(span, self._limit))


def _record(span: ReadableSpan, limit: int) -> Span:
    context = span.get_span_context() or INVALID_SPAN_CONTEXT
    attributes = cut_texts(_plain(span.attributes), limit=limit)
    is_ours = span.parent is not None and CALLER not in attributes
    return Span(
        trace_id=format_trace_id(context.trace_id),
        span_id=format_span_id(context.span_id),
        parent_id=format_span_id(span.parent.span_id) if span.parent is not None and is_ours else None,
        name=span.name,
        start_ns=span.start_time or 0,
        end_ns=span.end_time or span.start_time or 0,
        error=_error(span, attributes),
        attributes=attributes,
        events=tuple(_event(event, limit) for event in span.events),
    )


def _event(event: Event, limit: int) -> SpanEvent:
    attributes = cut_texts(_plain(event.attributes), limit=limit)
    return SpanEvent(name=event.name, at_ns=event.timestamp, attributes=attributes)


def _error(span: ReadableSpan, attributes: Mapping[str, Attribute]) -> str | None:
    if span.status.is_ok or span.status.is_unset:
        return None
    return span.status.description or str(attributes.get("error.type", "an error without a description"))


def _plain(attributes: Mapping[str, AttributeValue] | None) -> dict[str, Attribute]:
    return {name: _plain_value(value) for name, value in (attributes or {}).items()}


def _plain_value(value: AttributeValue) -> Attribute:
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return [str(item) for item in value] if isinstance(value, Sequence) else str(value)
