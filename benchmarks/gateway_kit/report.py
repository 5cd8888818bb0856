"""The figures: medians over rounds, what a gateway adds to the direct call, and the table."""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec
from gateway_kit.phases import MORE_CHUNKS, STREAM_ALONE, STREAM_LONG, STREAM_SHORT, Measured
from gateway_kit.target import Target

Rounds = Mapping[str, Sequence[Measured]]
"""The measurements of one target, by phase, in the order of rounds."""


class Spread(msgspec.Struct, frozen=True):
    """The median of several rounds, with the least and the most."""

    median: float
    low: float
    high: float


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One target in one phase."""

    cpu_ms: Spread
    """A request; of the gateway alone."""
    added_p50_ms: Spread
    """The target's quantile less the direct call's in the same round, so for p95 and p99; the direct call's in full."""
    added_p95_ms: Spread
    added_p99_ms: Spread
    added_first_ms: Spread
    """Median time to the first words, less the direct call's."""
    per_second: Spread
    requests: int
    errors: int
    error: str = ""
    """The first of them."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """One target."""

    setting: str
    """What is on and what is off."""
    resident_mb: float = 0.0
    """After the last round."""
    chunk_us: Spread | None = None
    """CPU time a chunk of a stream: the difference of two lengths."""
    lines: Mapping[str, Line]

    @property
    def failed(self) -> list[str]:
        """Return the phases with errors, whose figures are no figures."""
        return [name for name, line in self.lines.items() if line.errors]


def figures_of(target: Target, rounds: Rounds, direct: Rounds) -> Figures:
    """Sum up one target's rounds beside the direct call's; its memory is read now."""
    if target.running is None:
        return Figures(setting=target.setting, lines={name: _line(measured) for name, measured in rounds.items()})
    return Figures(
        setting=target.setting,
        resident_mb=round(target.running.resident_megabytes(), 1),
        chunk_us=_chunk_us(rounds),
        lines={name: _line(measured, direct[name]) for name, measured in rounds.items() if measured},
    )


def _line(measured: Sequence[Measured], direct: Sequence[Measured] | None = None) -> Line:
    nothing = Measured(requests=0, cpu_ms=0, p50_ms=0, p95_ms=0, p99_ms=0, first_ms=0, per_second=0)
    pairs = list(zip(measured, direct or [nothing] * len(measured), strict=True))
    errors = [error for one in measured for error in one.errors]
    return Line(
        cpu_ms=_spread([one.cpu_ms for one in measured]),
        added_p50_ms=_spread([one.p50_ms - floor.p50_ms for one, floor in pairs]),
        added_p95_ms=_spread([one.p95_ms - floor.p95_ms for one, floor in pairs]),
        added_p99_ms=_spread([one.p99_ms - floor.p99_ms for one, floor in pairs]),
        added_first_ms=_spread([one.first_ms - floor.first_ms for one, floor in pairs]),
        per_second=_spread([one.per_second for one in measured]),
        requests=sum(one.requests for one in measured),
        errors=len(errors),
        error=errors[0] if errors else "",
    )


def _chunk_us(rounds: Rounds) -> Spread | None:
    pairs = list(zip(rounds.get(STREAM_SHORT, ()), rounds.get(STREAM_LONG, ()), strict=False))
    if not pairs:
        return None
    return _spread([(long.cpu_ms - short.cpu_ms) / MORE_CHUNKS * 1000 for short, long in pairs])


def _spread(values: Sequence[float]) -> Spread:
    return Spread(round(median(values), 4), round(min(values), 4), round(max(values), 4))


def print_table(figures: Mapping[str, Figures]) -> None:
    """Print every target's figures, a phase a line."""
    columns = ("CPU ms", "low..high", "added p50", "p95", "p99", "per second", "errors")
    for name, one in figures.items():
        print(f"\n{name} ({one.setting})\n  {_summary(one)}")
        print(f"  {'':<34}" + "".join(f"{column:>17}" for column in columns))
        for phase, line in one.lines.items():
            print(f"  {phase:<34}" + "".join(f"{cell:>17}" for cell in _cells(line)))
            if line.error:
                print(f"    FAILED: {line.error}")


def _summary(one: Figures) -> str:
    if one.chunk_us is None:
        return "times in full, in milliseconds"
    first = one.lines[STREAM_ALONE].added_first_ms.median
    chunk = one.chunk_us.median
    return f"{one.resident_mb:.0f} MB resident; {chunk:.1f} us CPU a chunk; first chunk {first:+.2f} ms"


def _cells(line: Line) -> tuple[str, ...]:
    added = (line.added_p50_ms, line.added_p95_ms, line.added_p99_ms)
    return (
        f"{line.cpu_ms.median:.3f}",
        f"{line.cpu_ms.low:.3f}..{line.cpu_ms.high:.3f}",
        *(f"{one.median:.2f}" for one in added),
        f"{line.per_second.median:.0f}",
        str(line.errors),
    )
