"""How often comparing two groups of requests alarms for nothing, how soon it names a planted cause, what it costs.

Run `PYTHONPATH=tests benchmarks/trace_causes.py [--json]`. The traffic is made up, by the seeds below.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator

import msgspec
import numpy as np

from plimsoll.traces.compare import Group, TraceFacts, compare_groups

from property.traces.traffic import TOPICS, World, compare_worlds, make_group

_POOL = 6_000
_ALARMS = ((100, 400), (300, 400), (1_000, 150))
_SIZES = (50, 100, 200, 400)
_TRIES = 20
_PLANTED = {
    "a document removed": (World(documents=TOPICS[1:]), "document"),
    "a fingerprint changed, for all": (World(fingerprint="fp_2"), "fingerprint"),
    "a prompt changed": (World(prompt="b" * 64), "prompt"),
    "a tool twice as slow": (World(tool_ms=80.0), "step"),
    "a new kind of question, 15 %": (World(pattern_share=0.15), "word"),
    "one user fails, 25 %": (World(heavy_user=0.25), "user"),
}


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """Comparisons of unchanged traffic."""

    size: int
    """Requests of each side."""
    comparisons: int
    alarms: int
    """Those that told anything at all."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Comparisons in which one thing was changed."""

    planted: str
    size: int
    comparisons: int
    first: int
    """Those that told it first."""


def count_alarms() -> Iterator[Alarms]:
    """Yield how often two random parts of one pool are told to differ; the stated rate is 5 %."""
    pool = make_group(World(), seed=1, size=_POOL).facts
    draw = np.random.default_rng(11)
    for size, comparisons in _ALARMS:
        alarms = 0
        for _ in range(comparisons):
            drawn = [pool[int(place)] for place in draw.permutation(_POOL)[: 2 * size]]
            alarms += bool(compare_groups(_group("a", drawn[:size]), _group("b", drawn[size:])).findings)
        yield Alarms(size=size, comparisons=comparisons, alarms=alarms)


def count_found() -> Iterator[Found]:
    """Yield how often a planted cause stands first, by the number of requests."""
    for planted, (changed, aspect) in _PLANTED.items():
        for size in _SIZES:
            told = [compare_worlds(World(), changed, seed=seed, size=size).findings for seed in range(1, _TRIES + 1)]
            first = sum(bool(some) and some[0].aspect == aspect for some in told)
            yield Found(planted=planted, size=size, comparisons=_TRIES, first=first)


def time_comparison() -> float:
    """Return the CPU seconds of comparing twice 2,000 requests that are read already."""
    sides = [make_group(World(), seed=seed, size=2_000) for seed in (3, 4)]
    began = time.process_time()
    compare_groups(*sides)
    return time.process_time() - began


def _group(label: str, facts: list[TraceFacts]) -> Group:
    return Group(label=label, facts=tuple(facts))


def main() -> None:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="write one JSON object")
    as_json = bool(parser.parse_args().json)
    alarms, found, seconds = list(count_alarms()), list(count_found()), time_comparison()
    if as_json:
        figures = {"alarms": alarms, "found": found, "cpu_seconds_for_2000_a_side": round(seconds, 3)}
        sys.stdout.write(json.dumps(msgspec.to_builtins(figures), indent=2) + "\n")
        return
    for one in alarms:
        sys.stdout.write(f"unchanged, {one.size} a side: {one.alarms} alarms in {one.comparisons}\n")
    for one in found:
        sys.stdout.write(f"{one.planted}, {one.size} a side: first in {one.first} of {one.comparisons}\n")
    sys.stdout.write(f"2 x 2,000 requests: {seconds:.2f} CPU seconds\n")


if __name__ == "__main__":
    main()
