"""What a request through the gateway costs: CPU time, added latency, memory; beside the gateways of others.

Run `benchmarks/gateway.py [--json] [--quick] [--only NAME ...] [--peers DIR] [--rounds N] [--soak]`. Every target
passes requests to the same upstream, on a core of its own, in interleaved rounds. Peers are those that
`prepare_peers.sh` installed; --quick leaves them out unless they are named. --soak measures instead how memory grows
over 100,000 requests. Exits with 1 when a stated target is missed. On a shared machine, trust the CPU time.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec
import uvloop
from gateway_kit import peers
from gateway_kit.ours import open_plimsoll
from gateway_kit.phases import CHAT, CHAT_PACED, PHASES, Measured, measure, prove, resident_growth
from gateway_kit.report import Figures, figures_of, print_table
from gateway_kit.running import LOAD_CORE, NotStarted, running_upstream
from gateway_kit.target import Opener, Place, Target, direct

CHAT_CPU_MS = 0.40
CHUNK_CPU_US = 30.0
ADDED_P50_MS = 1.0
RESIDENT_MB = 150.0
GROWTH_MB = 5.0
"""Over 100,000 requests: less than a leak of 60 bytes a request."""
SOAK_REQUESTS = 100_000

OPENERS: Mapping[str, Opener] = {"plimsoll": open_plimsoll, **peers.OPENERS}


class Arguments(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    json: bool
    quick: bool
    soak: bool
    only: tuple[str, ...]
    """Names of targets; the direct call is always measured."""
    peers: Path
    rounds: int

    @property
    def seconds(self) -> float:
        """Return the seconds of one measurement."""
        return 0.4 if self.quick else 2.5

    @property
    def soak_requests(self) -> int:
        """Return the requests of a soak."""
        return SOAK_REQUESTS // 20 if self.quick else SOAK_REQUESTS


def main() -> int:
    """Measure, print, and return the exit code."""
    arguments = parse_arguments()
    os.sched_setaffinity(0, {LOAD_CORE})
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        port = stack.enter_context(running_upstream(Path(folder)))
        place = Place(folder=Path(folder), peers=arguments.peers, upstream_port=port)
        opened = open_targets(arguments.only, place, stack)
        for name, reason in opened.missing.items():
            print(f"{name} is not measured: {reason}")
        if arguments.soak:
            return soak(opened.targets, arguments)
        figures = uvloop.run(measure_all([direct(port), *opened.targets], arguments, port))
    return report(figures, opened.missing, as_json=arguments.json)


def parse_arguments() -> Arguments:
    """Read the command line."""
    cache = Path(os.environ.get("PLIMSOLL_CACHE", Path.home() / ".cache/plimsoll"))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--soak", action="store_true")
    parser.add_argument("--only", nargs="+", choices=list(OPENERS), default=[])
    parser.add_argument("--peers", type=Path, default=cache / "peers")
    parser.add_argument("--rounds", type=int, default=0)
    given = parser.parse_args()
    chosen = given.only or (["plimsoll"] if given.quick or given.soak else OPENERS)
    return Arguments(
        json=given.json,
        quick=given.quick,
        soak=given.soak,
        only=tuple(chosen),
        peers=given.peers.resolve(),
        rounds=given.rounds or (1 if given.quick else 5),
    )


class Opened(msgspec.Struct, frozen=True):
    """What could be started."""

    targets: list[Target] = []
    missing: dict[str, str] = {}
    """Why the others could not, by name."""


def open_targets(names: Sequence[str], place: Place, stack: ExitStack) -> Opened:
    """Start the targets of these names, each in an own folder; the stack ends them."""
    opened = Opened()
    for name in names:
        own = msgspec.structs.replace(place, folder=place.folder / name)
        own.folder.mkdir()
        try:
            target = stack.enter_context(OPENERS[name](own))
            uvloop.run(prove(target))
            opened.targets.append(target)
        except NotStarted as reason:
            opened.missing[name] = str(reason)
    return opened


async def measure_all(targets: Sequence[Target], arguments: Arguments, upstream_port: int) -> dict[str, Figures]:
    """Measure every phase of every target in interleaved rounds, after one short round that is thrown away."""
    taken: dict[str, dict[str, list[Measured]]] = {one.name: {phase.name: [] for phase in PHASES} for one in targets}
    for turn in range(arguments.rounds + 1):
        seconds = arguments.seconds if turn else min(0.5, arguments.seconds)
        for phase in PHASES:
            for target in targets:
                measured = await measure(target, phase, upstream_port=upstream_port, seconds=seconds)
                if turn and measured:
                    taken[target.name][phase.name].append(measured)
        print(f"round {turn} of {arguments.rounds}", file=sys.stderr)
    floor = taken[targets[0].name]
    return {one.name: figures_of(one, taken[one.name], floor) for one in targets}


def soak(targets: Sequence[Target], arguments: Arguments) -> int:
    """Print how resident memory grows over many requests; return the exit code."""
    resident: dict[str, list[float]] = {}
    for target in targets:
        resident[target.name] = uvloop.run(resident_growth(target, requests=arguments.soak_requests))
        path = ", ".join(f"{megabytes:.1f}" for megabytes in resident[target.name])
        print(f"{target.name}: {path} MB before and after each quarter of {arguments.soak_requests} requests")
    if arguments.json:
        print(msgspec.json.encode({"requests": arguments.soak_requests, "resident_mb": resident}).decode())
    ours = resident.get("plimsoll", [0.0])
    return int(ours[-1] - ours[0] > GROWTH_MB)


def report(figures: Mapping[str, Figures], missing: Mapping[str, str], *, as_json: bool) -> int:
    """Print the table, and one JSON object as the last line where asked; return the exit code."""
    print_table(figures)
    missed = missed_targets(figures["plimsoll"]) if "plimsoll" in figures else []
    for miss in missed:
        print(f"MISSED: {miss}")
    if as_json:
        print(msgspec.json.encode({"targets": figures, "not_measured": missing, "missed": missed}).decode())
    return 1 if missed else 0


def missed_targets(ours: Figures) -> list[str]:
    """Return the stated targets that Plimsoll missed."""
    reached = {
        f"CPU a chat request <= {CHAT_CPU_MS} ms": ours.lines[CHAT].cpu_ms.median <= CHAT_CPU_MS,
        f"CPU a chunk <= {CHUNK_CPU_US:.0f} us": ours.chunk_us is not None and ours.chunk_us.median <= CHUNK_CPU_US,
        f"added p50 <= {ADDED_P50_MS} ms": ours.lines[CHAT_PACED].added_p50_ms.median <= ADDED_P50_MS,
        f"resident <= {RESIDENT_MB:.0f} MB": ours.resident_mb <= RESIDENT_MB,
        f"no errors ({', '.join(ours.failed)})": not ours.failed,
    }
    return [name for name, holds in reached.items() if not holds]


if __name__ == "__main__":
    sys.exit(main())
