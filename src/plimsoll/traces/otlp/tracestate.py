"""With which chance a sender kept a span, as W3C `tracestate` says: OpenTelemetry's rejection threshold, `ot=th:…`.

The threshold is a fraction of 2^56 in hexadecimal, trailing zeros left out; a span is kept when its random number is
not below it, so the chance is one minus that fraction (OpenTelemetry, "TraceState: Probability Sampling").
"""

import re

_THRESHOLD = re.compile(r"(?:^|[,\s])ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?=[;,\s]|$)", re.ASCII)
_DIGITS = 14
_LONGEST = 2_048
_ALL = 1 << 56


def read_inclusion(trace_state: str) -> float | None:
    """Return the chance, above 0 up to 1; None where the sender says none."""
    if "th:" not in trace_state:
        return None
    found = _THRESHOLD.search(trace_state[:_LONGEST])
    return None if found is None else 1 - int(found[1].ljust(_DIGITS, "0"), 16) / _ALL
