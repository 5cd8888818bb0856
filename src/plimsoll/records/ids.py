"""Time-ordered identifiers: 32 hexadecimal digits, laid out as a UUID of version 7 (RFC 9562, section 5.7).

A trace id of OpenTelemetry has the same form, so one kind of id serves rows, traces and requests, and sorts by age.
"""

import os
import re
import threading

from plimsoll.records.clock import Clock

_ID = re.compile(r"[0-9a-f]{32}")
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62
_RANDOM_A = ((1 << 12) - 1) << 64
_RANDOM_B = (1 << 62) - 1
_DRAWN_BYTES = 4_096


class _Noise:
    """Random bytes of the system, drawn many at a time: asking for each id costs more than all else about it."""

    def __init__(self) -> None:
        self._forget()
        # A forked process would otherwise hand out the same ids as its parent.
        os.register_at_fork(after_in_child=self._forget)

    def take(self, count: int) -> int:
        """Return an integer of so many random bytes."""
        with self._lock:
            begin = self._taken
            if begin + count > len(self._drawn):
                self._drawn, begin = os.urandom(_DRAWN_BYTES), 0
            self._taken = begin + count
            return int.from_bytes(self._drawn[begin : self._taken])

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._drawn = b""
        self._taken = 0


_NOISE = _Noise()


def new_id(clock: Clock) -> str:
    """Return a new id: 48 bits of milliseconds since 1970, then 74 random bits."""
    milliseconds = int(clock.now().timestamp() * 1000)
    noise = _NOISE.take(10)
    value = (milliseconds << 80) | _VERSION_7 | (noise & _RANDOM_A) | _VARIANT | (noise & _RANDOM_B)
    return f"{value:032x}"


def new_span_id() -> str:
    """Return a random span id: 16 hexadecimal digits, never all zero (W3C Trace Context, section 3.2.2.4)."""
    return f"{_NOISE.take(8) or 1:016x}"


def is_id(text: str) -> bool:
    """Tell whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None
