"""Traces: ingestion by OTLP beside Phoenix and MLflow on the same bytes, pages at a million spans, and retention.

Run `benchmarks/traces.py [--ingestion] [--pages] [--retention] [--peers DIR] [--spans N] [--store URL] [--json]`, all
three parts by default; DIR is what `prepare_trace_peers.sh` filled. In ingestion the tools run one after the other,
each on a fresh SQLite file, on one core, with the sender on the other; a tool's work ends when it rests and its
database holds what was sent. Exits with 1 when ours stores fewer than 10,000 spans per CPU second or fewer than five
times as many as the next, loses one, or needs more than 400 MB; when a page takes more than 200 ms; or when a write
waits more than 50 ms while 500,000 spans are pruned.
"""

import argparse
import os
import sys
from pathlib import Path

import msgspec
from traces_kit.ingesting import IngestRow, measure_ingestion
from traces_kit.paging import PageRow, measure_pages
from traces_kit.receivers import RECEIVERS
from traces_kit.retention import Waits, measure_retention

SPANS, PEER_SPANS = 51_200, 10_240
IN_TRACE = (1, 8)
STORED_SPANS, PRUNED_SPANS = 1_000_000, 500_000
LEAST_PER_CPU_S, TIMES_NEXT, MOST_MB = 10_000, 5.0, 400
MOST_PAGE_MS, MOST_WAIT_MS = 200.0, 50.0


class Part(msgspec.Struct, frozen=True):
    """One part of the benchmark."""

    rows: list[IngestRow] | list[PageRow] | list[Waits]
    is_reached: bool


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


def measure_receivers(asked: argparse.Namespace) -> Part:
    """Measure ingestion, and print each tool's row as soon as it is there unless JSON is asked for."""
    rows: list[IngestRow] = []
    for tool in [asked.only] if asked.only else RECEIVERS:
        spans = asked.spans if tool == "plimsoll" else max(asked.spans * PEER_SPANS // SPANS, 512)
        for in_trace in IN_TRACE:
            rows.append(measure_ingestion(tool, spans, in_trace=in_trace, peers=asked.peers))
            if not asked.json:
                sys.stdout.write(show(rows[-1]) + "\n")
                sys.stdout.flush()
    return Part(rows, is_reached(rows))


def measure_console(asked: argparse.Namespace) -> Part:
    """Measure the pages; the median of each must be short enough."""
    rows = measure_pages(asked.stored_spans, store=asked.store)
    if not asked.json:
        sys.stdout.writelines(f"{row.page:28} {row.median_ms:7.1f} ms, most {row.most_ms:7.1f}\n" for row in rows)
    return Part(rows, bool(rows) and all(row.median_ms <= MOST_PAGE_MS for row in rows))


def measure_pruning(asked: argparse.Namespace) -> Part:
    """Measure retention; no write may wait too long."""
    waits = measure_retention(asked.pruned_spans)
    if not asked.json:
        sys.stdout.write(f"{waits}\n")
    return Part([waits], waits.longest_ms <= MOST_WAIT_MS and waits.pruned_spans == asked.pruned_spans)


PARTS = {"ingestion": measure_receivers, "pages": measure_console, "retention": measure_pruning}


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cache = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache" / "plimsoll"))
    for name in PARTS:
        parser.add_argument(f"--{name}", action="store_true", help=f"only {name}, and other parts that are named")
    parser.add_argument("--peers", type=Path, default=cache / "peers", help="what prepare_trace_peers.sh filled")
    parser.add_argument("--spans", type=int, default=SPANS, help="spans for ours; the others get a fifth of them")
    parser.add_argument("--only", choices=list(RECEIVERS), help="only this tool")
    parser.add_argument("--stored-spans", type=int, default=STORED_SPANS, help="spans behind the pages")
    parser.add_argument("--store", default="", help="behind the pages: a PostgreSQL URL or a file; filled if empty")
    parser.add_argument("--pruned-spans", type=int, default=PRUNED_SPANS, help="spans that are pruned")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    asked = parser.parse_args()
    named = [name for name in PARTS if getattr(asked, name)] or list(PARTS)
    parts = {name: PARTS[name](asked) for name in named}
    if asked.json:
        sys.stdout.write(msgspec.json.encode(parts).decode() + "\n")
    else:
        sys.stdout.writelines(f"{name} reached: {part.is_reached}\n" for name, part in parts.items())
    return 0 if all(part.is_reached for part in parts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
