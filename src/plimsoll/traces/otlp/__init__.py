"""OpenTelemetry's protocol as a receiver: bodies unpacked, read, checked, and mapped to one model. No HTTP, no I/O.

`server` hands bodies down through `project`. Both encodings end in the same records before anything is decided.
"""

from plimsoll.traces.otlp.form import Form, Signal, find_form, write_answer, write_status
from plimsoll.traces.otlp.logs import ReceivedLogs, leave_out_logs
from plimsoll.traces.otlp.receive import read_export, read_log_export
from plimsoll.traces.otlp.spans import Received, Reply, leave_out
from plimsoll.traces.otlp.unpack import EXPORT_BYTES, too_large

__all__ = [
    "EXPORT_BYTES",
    "Form",
    "Received",
    "ReceivedLogs",
    "Reply",
    "Signal",
    "find_form",
    "leave_out",
    "leave_out_logs",
    "read_export",
    "read_log_export",
    "too_large",
    "write_answer",
    "write_status",
]
