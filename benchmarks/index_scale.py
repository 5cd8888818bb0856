"""How fast hybrid retrieval with an access filter is as a corpus grows, and how much it misses.

Run `benchmarks/index_scale.py --rows N [--json] [--peers PYTHON] [--rounds R] [--real DATA]`. Vectors, texts and
readers are made up; 1, 10 and 100 % of the rows are visible to the caller. PYTHON is an interpreter that has LanceDB,
which then answers the same questions over the same rows. The embedding of the question is not counted. With
`--real DATA` the vector leg alone is asked, over real sentences found below DATA, with any rows or whole topics
visible; where N is more than there are, once more over rows made up near to them. Embedding takes minutes at the
first time and is kept. Exits with 1 when a target is missed.
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec
from index_scale_kit.ours import Figures, Measured, build, measure
from index_scale_kit.real_recall import RealFigures, measure_real
from index_scale_kit.synthetic import make_corpus

QUESTIONS = 100
RECALL_AT_LEAST = 0.95
RESIDENT_MB_AT_MOST = 600.0
PEER_SECONDS = 1_800
P95_MS_AT_MOST = {(100_000, 0.1): 8.0, (100_000, 1.0): 25.0, (1_000_000, 0.01): 30.0} | {
    (1_000_000, share): 30.0 for share in (0.1, 1.0)
}


class SystemRun(msgspec.Struct, frozen=True):
    """What one system came to."""

    build_seconds: float
    measured: Measured


def run_ours(corpus: Path, folder: Path, rounds: int) -> SystemRun:
    """Build and measure our index, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as builder:
        seconds = builder.submit(build, corpus, folder).result()
    with ProcessPoolExecutor(1, context) as reader:
        return SystemRun(seconds, reader.submit(measure, corpus, folder, rounds).result())


def run_peer(python: str, corpus: Path, *, rounds: int) -> SystemRun:
    """Build and measure LanceDB with the interpreter that has it."""
    script = str(Path(__file__).parent / "index_scale_kit" / "lancedb_peer.py")
    printed = [
        subprocess.run(
            [python, script, str(corpus), str(corpus / "lance"), str(times)],
            check=True,
            capture_output=True,
            timeout=PEER_SECONDS,
        ).stdout
        for times in (0, rounds)
    ]
    seconds = msgspec.json.decode(printed[0], type=dict[str, float])["build_seconds"]
    return SystemRun(seconds, msgspec.json.decode(printed[1], type=Measured))


def missed(rows: int, run: SystemRun) -> list[str]:
    """Return the targets that were missed."""
    found = [f"recall at {one.visible:.0%} visible" for one in run.measured.figures if one.recall < RECALL_AT_LEAST]
    found += [
        f"p95 at {one.visible:.0%} visible"
        for one in run.measured.figures
        if one.p95_ms > P95_MS_AT_MOST.get((rows, one.visible), float("inf"))
    ]
    if rows <= min(size for size, _ in P95_MS_AT_MOST) and run.measured.resident_mb > RESIDENT_MB_AT_MOST:
        found.append("resident memory")
    return found


def row_of(one: Figures) -> str:
    """Return a line of the table."""
    return f"{one.system:10} {one.visible:8.0%} {one.p50_ms:8.2f} {one.p95_ms:8.2f} {one.recall:8.3f}"


def main() -> int:
    """Measure, print, and tell whether every target was met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3, help="each question's time is the best of these")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has lancedb")
    parser.add_argument("--real", metavar="DATA", type=Path, help="measure on the sentences below this folder")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    return report_real(args) if args.real else report_made_up(args)


def report_real(args: argparse.Namespace) -> int:
    """Measure on real sentences and print."""
    figures = measure_real(args.real, args.rows)
    short = [one for one in figures if one.recall < RECALL_AT_LEAST]
    if args.json:
        sys.stdout.write(msgspec.json.encode({"figures": figures, "missed": len(short)}).decode() + "\n")
        return 1 if short else 0
    sys.stdout.write(
        f"{'rows':>10} {'made up':>10} {'visible':>18} {'recall@10':>10} {'least':>6} {'p50 ms':>7} {'p95 ms':>7} "
        "CPU p50\n"
    )
    sys.stdout.write("".join(f"{real_row_of(one)}\n" for one in figures))
    return 1 if short else 0


def real_row_of(one: RealFigures) -> str:
    """Return a line of the table."""
    visible = f"{one.visible:.0%} {one.kind}"
    return (
        f"{one.rows:>10,} {one.made_up:>10,} {visible:>18} {one.recall:>10.3f} {one.least:>6.2f} {one.p50_ms:>7.2f} "
        f"{one.p95_ms:>7.2f} {one.cpu_p50_ms:.2f}"
    )


def report_made_up(args: argparse.Namespace) -> int:
    """Measure on made-up rows and print."""
    with tempfile.TemporaryDirectory(prefix="plimsoll-scale-") as name:
        corpus = Path(name)
        make_corpus(corpus, args.rows, QUESTIONS)
        runs = {"plimsoll": run_ours(corpus, corpus / "ours", args.rounds)}
        if args.peers:
            runs["lancedb"] = run_peer(args.peers, corpus, rounds=args.rounds)
    targets = missed(args.rows, runs["plimsoll"])
    if args.json:
        sys.stdout.write(msgspec.json.encode({"rows": args.rows, "runs": runs, "missed": targets}).decode() + "\n")
        return 1 if targets else 0
    sys.stdout.write(f"{args.rows:,} rows\nsystem      visible   p50 ms   p95 ms recall@10\n")
    for system, run in runs.items():
        sys.stdout.write("\n".join(map(row_of, run.measured.figures)) + "\n")
        memory = f"{run.measured.resident_mb:,.0f} MB resident ({run.measured.base_mb:,.0f} before it was opened)"
        sys.stdout.write(f"{system}: built in {run.build_seconds:.0f} s, {memory}\n")
    sys.stdout.write("".join(f"MISSED: {target}\n" for target in targets))
    return 1 if targets else 0


if __name__ == "__main__":
    sys.exit(main())
