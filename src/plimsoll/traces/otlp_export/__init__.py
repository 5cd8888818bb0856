"""Plimsoll's own traces, sent by OTLP/HTTP to whatever back end a company has: in the background, and only facts.

`project` opens a `SpanExporter` where the settings name an endpoint and lets `Capture` hand it every span.
"""

from plimsoll.traces.otlp_export.exporter import ExportHealth, SpanExporter

__all__ = ["ExportHealth", "SpanExporter"]
