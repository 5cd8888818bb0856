"""The attributes of a span in one vocabulary: the released GenAI names and our own `plimsoll.` ones.

Each dialect is a file of `dialects`, which rewrites what it knows and leaves the rest as it was sent. What is common to
all comes after: kind, person, session, feature, outcome, and each message in one place.
"""

import msgspec

from plimsoll.records import Attribute
from plimsoll.traces.otlp.dialects import translate
from plimsoll.traces.otlp.failures import classify
from plimsoll.traces.otlp.found import name_documents
from plimsoll.traces.otlp.sent import SentSpan
from plimsoll.traces.otlp.tracestate import read_inclusion
from plimsoll.traces.otlp.values import write_json

Attributes = dict[str, Attribute]
_KINDS = {
    "chat": "model",
    "generate_content": "model",
    "text_completion": "model",
    "embeddings": "model",
    "execute_tool": "tool",
    "retrieval": "retrieval",
    "create_agent": "agent",
    "invoke_agent": "agent",
    "invoke_workflow": "agent",
    "plan": "agent",
}
# What was sent under the left name is stored once, under the right one.
_MOVED = (
    ("gen_ai.input.messages", "plimsoll.input"),
    ("gen_ai.output.messages", "plimsoll.output"),
    ("gen_ai.task.input", "plimsoll.input"),
    ("gen_ai.task.output", "plimsoll.output"),
)
_COPIED = (
    ("gen_ai.conversation.id", "plimsoll.session"),
    ("session.id", "plimsoll.session"),
    ("user.id", "plimsoll.subject"),
    ("enduser.id", "plimsoll.subject"),
)
_TOOL = (("gen_ai.tool.call.arguments", "plimsoll.input"), ("gen_ai.tool.call.result", "plimsoll.output"))
_RETRIEVAL = (("gen_ai.retrieval.query.text", "plimsoll.input"), ("gen_ai.retrieval.documents", "plimsoll.output"))
_CONTENT_OF = {"tool": _TOOL, "retrieval": _RETRIEVAL}
_RESOURCE_NAMES = ("service.name", "service.version", "openinference.project.name")
_NO_NAME = "unknown_service"


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """What all spans of a group have in common."""

    tenant: str
    """Whose they are: the access key's tenant, whatever the request says."""
    common: Attributes
    """What is written on each span that does not say otherwise."""
    on_roots: Attributes
    """What is written on roots only: the rest that is known of the resource."""


def read_sender(resource: Attributes, *, scope: str, tenant: str) -> Sender:
    """Return what a resource and an instrumentation scope say of their spans."""
    service = str(resource.get("service.name", ""))
    # SDKs name a service that nobody named after its interpreter; a feature of that name would say nothing.
    service = "" if service.startswith(_NO_NAME) else service
    named = {
        "plimsoll.service": service,
        "plimsoll.feature": service or str(resource.get("openinference.project.name", "")),
        "plimsoll.release": str(resource.get("service.version", "")),
        "otel.scope.name": scope,
    }
    return Sender(
        tenant=tenant,
        common={name: value for name, value in named.items() if value},
        on_roots={name: value for name, value in resource.items() if name not in _RESOURCE_NAMES},
    )


def map_attributes(sent: SentSpan, sender: Sender, *, is_root: bool) -> Attributes:
    """Return the span's attributes in one vocabulary. The sent ones are used up."""
    attributes = sent.attributes
    translate(attributes, sent.events)
    _name_person(attributes)
    kind = attributes.get("plimsoll.kind") or _KINDS.get(str(attributes.get("gen_ai.operation.name")))
    if kind:
        attributes["plimsoll.kind"] = kind
    _place_content(attributes, str(kind))
    if kind == "retrieval":
        name_documents(attributes)
    for name, value in sender.common.items():
        attributes.setdefault(name, value)
    attributes["plimsoll.tenant"] = sender.tenant
    inclusion = read_inclusion(sent.trace_state) if sent.trace_state else None
    if inclusion is not None:
        attributes["plimsoll.inclusion"] = inclusion
    if is_root:
        _complete_root(sent, sender)
    if sent.has_failed:
        _note_failure(sent)
    return attributes


def word_error(sent: SentSpan) -> str:
    """Return what went wrong, as the span's status, its exception or the type of its error says."""
    if sent.status:
        return sent.status
    for event in sent.events:
        if event.name == "exception" and "exception.message" in event.attributes:
            return str(event.attributes["exception.message"])
    return str(sent.attributes.get("error.type", "an error without a description"))


def _name_person(attributes: Attributes) -> None:
    for theirs, ours in _COPIED:
        value = attributes.get(theirs)
        if value and ours not in attributes:
            attributes[ours] = str(value)


def _place_content(attributes: Attributes, kind: str) -> None:
    for theirs, ours in (*_MOVED, *_CONTENT_OF.get(kind, ())):
        value = attributes.pop(theirs, None)
        if value and ours not in attributes:
            attributes[ours] = value if isinstance(value, str) else write_json(value)
        elif value and value != attributes[ours]:
            attributes[theirs] = value


def _complete_root(sent: SentSpan, sender: Sender) -> None:
    for name, value in sender.on_roots.items():
        sent.attributes.setdefault(name, value)
    sent.attributes.setdefault("plimsoll.outcome", "failed" if sent.has_failed else "answered")


def _note_failure(sent: SentSpan) -> None:
    if "plimsoll.error_class" not in sent.attributes:
        error_class = classify(sent)
        if error_class is not None:
            sent.attributes["plimsoll.error_class"] = error_class.value
