"""What the root span of a request says: who asked which feature what, and how it ended. Written by the runner."""

import json
from collections.abc import Mapping

import msgspec
from opentelemetry.trace import Span, Status, StatusCode
from opentelemetry.util.types import AttributeValue
from pydantic import BaseModel

from plimsoll.errors import PlimsollError
from plimsoll.features.draft import Draft
from plimsoll.features.feature import Feature, In, Out
from plimsoll.features.result import Result
from plimsoll.records import Principal

LIVE = "live"
"""Name of the variant that a feature's definition is."""


def begin_request(
    span: Span, *, feature: Feature[In, Out], value: object, caller: Principal, tags: Mapping[str, str]
) -> None:
    """Record who asked which feature what; the tags may name another variant than the one in force."""
    attributes: dict[str, AttributeValue] = {
        "plimsoll.variant": LIVE,
        **tags,
        "plimsoll.kind": feature.span_kind,
        "plimsoll.feature": feature.name,
        "plimsoll.tenant": caller.tenant,
        "plimsoll.subject": caller.id,
    }
    if isinstance(value, BaseModel):
        attributes["plimsoll.input"] = value.model_dump_json()
    span.set_attributes(attributes)


def keep_private(span: Span) -> None:
    """Let nobody but the subject see the trace: it may show what rests on documents that are not for everyone."""
    span.set_attribute("plimsoll.retrieval.is_closed", True)


def end_request(span: Span, result: Result[BaseModel], draft: Draft[BaseModel]) -> None:
    """Record how the request ended."""
    span.set_attribute("plimsoll.outcome", result.outcome.value)
    if result.value is not None:
        span.set_attribute("plimsoll.output", result.value.model_dump_json())
    if result.citations:
        span.set_attribute("plimsoll.citations", json.dumps(msgspec.to_builtins(result.citations)))
    if result.finding is not None:
        span.set_attribute("plimsoll.retrieval.finding", result.finding)
    if result.degraded:
        span.set_attribute("plimsoll.retrieval.degraded", [one.step for one in result.degraded])
    if result.warnings:
        span.set_attribute("plimsoll.warnings", result.warnings)
    if result.message:
        span.set_attribute("plimsoll.message", result.message)
    if result.error_class is not None:
        span.set_attribute("plimsoll.error_class", result.error_class.value)
        _fail(span, kind=draft.error_type, message=result.message)


def cancel_request(span: Span) -> None:
    """Record that the caller went away; such a request has no outcome."""
    _fail(span, kind="cancelled", message="The caller cancelled the request.")


def break_request(span: Span, error: PlimsollError) -> None:
    """Record an error that is raised to the caller, because someone has to change the project or the call."""
    span.set_attribute("plimsoll.outcome", "failed")
    span.set_attribute("plimsoll.error_class", error.error_class.value)
    _fail(span, kind=error.code, message=str(error))


def _fail(span: Span, *, kind: str, message: str) -> None:
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR, message))
