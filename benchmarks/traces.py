"""Traces: ingestion by OTLP beside Phoenix and MLflow on the same bytes, in spans per CPU second.

Run `benchmarks/traces.py [--peers DIR] [--spans N] [--json]`; DIR is what `prepare_trace_peers.sh` filled. The tools
run one after the other, each on a fresh SQLite file, on one core, with the sender on the other; a tool's work ends when
it rests and its database holds what was sent. Exits with 1 when ours stores fewer than 10,000 spans per CPU second,
fewer than five times as many as the next, loses one, or needs more than 400 MB.
"""

import argparse
import os
import sys
from pathlib import Path

import msgspec
from traces_kit.ingesting import IngestRow, measure_ingestion
from traces_kit.receivers import RECEIVERS

SPANS, PEER_SPANS = 51_200, 10_240
IN_TRACE = (1, 8)
LEAST_PER_CPU_S, TIMES_NEXT, MOST_MB = 10_000, 5.0, 400


def is_reached(rows: list[IngestRow]) -> bool:
    """Tell whether ours is as fast, as far ahead and as small as it is meant to be, whatever the traces look like."""
    ours = [row for row in rows if row.tool == "plimsoll"]
    others = [row.spans_per_cpu_s for row in rows if row.tool != "plimsoll" and row.spans_per_cpu_s is not None]
    for row in ours:
        if row.spans_per_cpu_s is None or row.most_memory_mb is None or row.note:
            return False
        if row.spans_per_cpu_s < max([LEAST_PER_CPU_S, *(TIMES_NEXT * other for other in others)]):
            return False
        if row.most_memory_mb > MOST_MB:
            return False
    return bool(ours)


def show(row: IngestRow) -> str:
    """Return a row of the table."""
    head = f"{row.tool:10} {row.version:10} {row.in_trace:2} in a trace"
    if row.spans_per_cpu_s is None:
        return f"{head}  {row.note}"
    return (
        f"{head} {row.spans_per_cpu_s:8.0f} spans per CPU s {row.cpu_s:7.2f} s CPU {row.wall_s:7.2f} s wall "
        f"{row.most_memory_mb:6.0f} MB {row.stored} of {row.spans} stored {row.note}"
    )


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache" / "plimsoll"))
    parser.add_argument("--peers", type=Path, default=cache / "peers", help="what prepare_trace_peers.sh filled")
    parser.add_argument("--spans", type=int, default=SPANS, help="spans for ours; the others get a fifth of them")
    parser.add_argument("--only", choices=list(RECEIVERS), help="only this tool")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    rows: list[IngestRow] = []
    for tool in [asked.only] if asked.only else RECEIVERS:
        spans = asked.spans if tool == "plimsoll" else max(asked.spans * PEER_SPANS // SPANS, 512)
        for in_trace in IN_TRACE:
            rows.append(measure_ingestion(tool, spans, in_trace=in_trace, peers=asked.peers))
            if not asked.json:
                sys.stdout.write(show(rows[-1]) + "\n")
                sys.stdout.flush()
    reached = is_reached(rows)
    if asked.json:
        sys.stdout.write(msgspec.json.encode({"ingestion": rows, "is_reached": reached}).decode() + "\n")
    else:
        sys.stdout.write(f"reached: {reached}\n")
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
