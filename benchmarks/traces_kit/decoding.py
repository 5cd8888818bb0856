"""CPU a span that receiving costs before anything is stored: unpack, read, check, map. The benchmark's own payload.

    python benchmarks/traces_kit/decoding.py [--json]

Run it alone on a quiet machine: it counts the CPU of this process.
"""

import gzip
import json
import sys
import time
from collections.abc import Callable

from payload import BATCH, make_batches

from plimsoll.traces import Form, read_export
from plimsoll.traces.otlp import protobuf
from plimsoll.traces.otlp.unpack import unpack

_ROUNDS = 20
_TARGET_US = 40.0


def measure(step: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Return the CPU of one step in microseconds a span: the best of several rounds, since others work here too."""
    best = float("inf")
    for _ in range(_ROUNDS):
        began = time.process_time()
        for body in bodies:
            step(body)
        best = min(best, time.process_time() - began)
    return best / len(bodies) / BATCH * 1e6


def main() -> None:
    """Measure and print each step."""
    packed = list(make_batches(4 * BATCH, in_trace=8))
    plain = [gzip.decompress(body) for body in packed]
    figures = {
        "unpack_us": measure(unpack, packed),
        "read_us": measure(protobuf.read_spans, plain),
        "all_us": measure(lambda body: read_export(body, form=Form.PROTOBUF, is_gzip=True, tenant="local"), packed),
        "target_us": _TARGET_US,
    }
    if "--json" in sys.argv:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:12} {value:6.1f}")


if __name__ == "__main__":
    main()
