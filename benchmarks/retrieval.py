"""How well passages are found, beside LlamaIndex and Haystack with the same embedding model, in the same run.

Run `benchmarks/retrieval.py [--data DIR] [--json] [--peers DIR] [--only SET]`. DIR holds `squad2`, `chunk_spans` and
`financebench`; peers are installed by `prepare_retrieval_peers.sh`. Each peer searches in every way it offers, and the
best of them on the very questions counts. Exits with 1 when a target is missed, 2 where there is nothing to measure.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from retrieval_kit.benches import LOADERS, Bench
from retrieval_kit.ours import search_ours
from retrieval_kit.peers import PEERS, NotInstalled, search_peer, version_of
from retrieval_kit.retrieved import Measured, measure

from plimsoll.gateway import Embedder, load_embedder
from plimsoll.stats import bounded_mean, paired_mean

TARGETS = {("squad2", "recall@5"), ("squad2", "nDCG@10")}
"""Where ours has to be above every peer."""
COUNTED = {"financebench"}
"""Sets too small for a share: a count is printed."""
OURS = "plimsoll"


class Figure(msgspec.Struct, frozen=True):
    """One measure of one library on one set."""

    bench: str
    measure: str
    library: str
    way: str
    value: float
    low: float
    high: float
    cases: int


class Difference(msgspec.Struct, frozen=True):
    """Ours minus a peer's best way, question by question."""

    bench: str
    measure: str
    peer: str
    way: str
    value: float
    low: float
    high: float
    better: int
    worse: int
    is_missed: bool


class Arguments(msgspec.Struct, frozen=True):
    """What was asked for."""

    data: Path
    peers: Path
    json: bool
    only: tuple[str, ...]


def parse_arguments() -> Arguments:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    root = Path(__file__).resolve().parent.parent
    cache = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache/plimsoll"))
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("PLIMSOLL_DATA", root / "../shared/data")))
    parser.add_argument("--peers", type=Path, default=cache / "peers")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", action="append", choices=list(LOADERS), default=[])
    given = parser.parse_args()
    return Arguments(given.data, given.peers, given.json, tuple(given.only or LOADERS))


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parse_arguments()
    there = [name for name in arguments.only if (arguments.data / name).is_dir()]
    if not there:
        print(f"none of {', '.join(arguments.only)} is at {arguments.data}: set PLIMSOLL_DATA or give --data")
        return 2
    embedder = load_embedder()
    figures: list[Figure] = []
    differences: list[Difference] = []
    for name in there:
        bench = LOADERS[name](arguments.data)
        print(f"{name}: {len(bench.documents)} documents, {len(bench.questions)} questions", flush=True)
        measured = asyncio.run(measure_all(bench, embedder, arguments.peers))
        figures += [one for key, values in measured.items() for one in figures_of(bench, key, values)]
        differences += differences_of(bench, measured)
    return report(figures, differences, as_json=arguments.json)


async def measure_all(bench: Bench, embedder: Embedder, peers: Path) -> dict[tuple[str, str], Measured]:
    """Return what each library finds, by library and way; a peer that is not there is named and left out."""
    with tempfile.TemporaryDirectory() as folder:
        ours = await search_ours(bench, Path(folder) / OURS, embedder)
        measured = {(OURS, "default"): measure(bench, ours)}
        for peer in PEERS:
            try:
                version = version_of(peer, peers=peers)
                found = search_peer(peer, bench, Path(folder) / peer, peers=peers, embedder=embedder)
            except NotInstalled as error:
                print(f"left out: {error}", flush=True)
                continue
            measured |= {(f"{peer} {version}", way): measure(bench, pieces) for way, pieces in found.items()}
    return measured


def figures_of(bench: Bench, key: tuple[str, str], measured: Measured) -> list[Figure]:
    """Return the mean of each measure with its interval, questions about one document in one cluster."""
    clusters = [question.cluster for question in bench.questions]
    figures: list[Figure] = []
    for name, values in measured.items():
        interval = bounded_mean(values, clusters)
        figures.append(Figure(bench.name, name, *key, interval.estimate, interval.low, interval.high, len(values)))
    return figures


def differences_of(bench: Bench, measured: dict[tuple[str, str], Measured]) -> list[Difference]:
    """Return ours minus each peer's best way, measure by measure."""
    ours = measured[OURS, "default"]
    peers = dict.fromkeys(library for library, _ in measured if library != OURS)
    return [
        difference(bench, name, ours=ours[name], theirs=best_way(peer, name, measured))
        for peer in peers
        for name in ours
    ]


def best_way(peer: str, name: str, measured: dict[tuple[str, str], Measured]) -> tuple[str, str, list[float]]:
    """Return the peer's way with the highest mean, which favours the peer: it is chosen on these questions."""
    ways = {way: values[name] for (library, way), values in measured.items() if library == peer}
    best = max(ways, key=lambda way: float(np.mean(ways[way])))
    return peer, best, ways[best]


def difference(bench: Bench, name: str, *, ours: Sequence[float], theirs: tuple[str, str, list[float]]) -> Difference:
    """Return the paired difference with its bootstrap interval over clusters."""
    peer, way, values = theirs
    clusters = [question.cluster for question in bench.questions]
    delta = paired_mean(values, ours, rng=np.random.default_rng(8), clusters=clusters).delta
    better = sum(mine > his for mine, his in zip(ours, values, strict=True))
    worse = sum(mine < his for mine, his in zip(ours, values, strict=True))
    is_missed = (bench.name, name) in TARGETS and delta.estimate <= 0
    return Difference(bench.name, name, peer, way, delta.estimate, delta.low, delta.high, better, worse, is_missed)


def report(figures: Sequence[Figure], differences: Sequence[Difference], *, as_json: bool) -> int:
    """Print the tables, and one JSON object as the last line where asked; return the exit code."""
    for one in figures:
        shown = f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}]"
        if one.bench in COUNTED:
            shown = f"{round(one.value * one.cases)} of {one.cases}"
        print(f"{one.bench:<13}{one.measure:<34}{one.library:<20}{one.way:<40}{shown}")
    print("\nours minus the best way of each peer, paired")
    for one in differences:
        mark = "MISSED" if one.is_missed else ""
        ends = f"{one.value:+.3f} [{one.low:+.3f}, {one.high:+.3f}]"
        print(f"{one.bench:<13}{one.measure:<34}{one.peer:<20}{one.way:<40}{ends} +{one.better} -{one.worse} {mark}")
    if as_json:
        print(msgspec.json.encode({"figures": figures, "differences": differences}).decode())
    return 1 if any(one.is_missed for one in differences) else 0


if __name__ == "__main__":
    sys.exit(main())
