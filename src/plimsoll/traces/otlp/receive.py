"""A body to records, in one call, to be made in a thread: a full request takes tenths of a second of CPU."""

import msgspec

from plimsoll.traces.otlp import json_form, protobuf
from plimsoll.traces.otlp.form import Form
from plimsoll.traces.otlp.logs import ReceivedLogs, receive_logs
from plimsoll.traces.otlp.spans import Received, receive_spans
from plimsoll.traces.otlp.unpack import EXPORT_BYTES, too_large, unpack


def read_export(body: bytes, *, form: Form, is_gzip: bool, tenant: str) -> Received:
    """Return the spans of a request that came with a tenant's key. Raises InvalidRequest and TooLarge."""
    plain = _open(body, is_gzip=is_gzip)
    groups = json_form.read_spans(plain) if form is Form.JSON else protobuf.read_spans(plain)
    return msgspec.structs.replace(receive_spans(groups, tenant=tenant), size=len(plain))


def read_log_export(body: bytes, *, form: Form, is_gzip: bool, tenant: str) -> ReceivedLogs:
    """Return the scores and messages of a request that came with a tenant's key. Raises InvalidRequest and TooLarge."""
    plain = _open(body, is_gzip=is_gzip)
    groups = json_form.read_logs(plain) if form is Form.JSON else protobuf.read_logs(plain)
    return msgspec.structs.replace(receive_logs(groups, tenant=tenant), size=len(plain))


def _open(body: bytes, *, is_gzip: bool) -> bytes:
    if is_gzip:
        return unpack(body)
    if len(body) > EXPORT_BYTES:
        raise too_large()
    return body
