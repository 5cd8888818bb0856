"""Traces as files for other tools: Parquet, JSON lines or CSV, as large as they come, in bounded memory.

`Traces.export` calls it. What is written is what is stored, redacted as it was stored; content only where it is asked
for. Sending spans on as they happen is not its work.
"""

from plimsoll.traces.export.asked import ExportAsked, Exported
from plimsoll.traces.export.exporting import export_traces

__all__ = ["ExportAsked", "Exported", "export_traces"]
