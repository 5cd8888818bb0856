"""A body to spans, in one call, to be made in a thread: a full request takes tenths of a second of CPU."""

from plimsoll.traces.otlp import json_form, protobuf
from plimsoll.traces.otlp.form import Form
from plimsoll.traces.otlp.spans import Received, receive_spans
from plimsoll.traces.otlp.unpack import EXPORT_BYTES, too_large, unpack


def read_export(body: bytes, *, form: Form, is_gzip: bool, tenant: str) -> Received:
    """Return the spans of a request that came with a tenant's key. Raises InvalidRequest and TooLarge."""
    if is_gzip:
        body = unpack(body)
    elif len(body) > EXPORT_BYTES:
        raise too_large()
    groups = json_form.read_spans(body) if form is Form.JSON else protobuf.read_spans(body)
    return receive_spans(groups, tenant=tenant)
