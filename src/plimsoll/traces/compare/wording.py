"""A finding as a person reads it: what it was, what it is, how surely. Pure; for the command line and the console."""

from plimsoll.records import Interval
from plimsoll.traces.compare.records import Comparison, Concentration, Finding

_SMALL_P = 0.001


def say_value(finding: Finding, value: float) -> str:
    """Return a share as percent, an amount with its unit."""
    if finding.measure == "share":
        return f"{100 * value:.3g} %"
    if finding.unit == "USD":
        return f"${value:.4g}"
    return f"{value:.4g} {finding.unit}".rstrip()


def say_change(finding: Finding) -> str:
    """Return from what to what, e.g. `31 % → 0 %`; amounts say which measure it is."""
    change = f"{say_value(finding, finding.first.estimate)} → {say_value(finding, finding.second.estimate)}"
    return change if finding.measure == "share" else f"{finding.measure} {change}"


def say_reach(finding: Finding) -> str:
    """Return the interval of the difference, and how surely it is one."""
    difference = finding.difference
    if finding.measure == "share":
        reach = f"{100 * difference.low:+.3g} to {100 * difference.high:+.3g} points"
    else:
        reach = f"{difference.low:+.3g} to {difference.high:+.3g} {finding.unit}".rstrip()
    chance = "p < 0.001" if finding.adjusted_p < _SMALL_P else f"p = {finding.adjusted_p:.3f}"
    return f"{reach}, {chance}"


def say_more(finding: Finding) -> str:
    """Return what else belongs to the finding, in a few words; empty for nothing."""
    words: list[str] = []
    if finding.explains is not None:
        words.append(f"explains {100 * finding.explains:.0f} % of the change in time")
    if finding.also:
        also = ", ".join(f"{one.value} {_percent(one.first)} → {_percent(one.second)}" for one in finding.also)
        words.append(f"also {also}")
    return "; ".join(words)


def say_concentration(one: Concentration) -> str:
    """Return the sentence that names who makes the failures."""
    return (
        f"{one.group}: one {one.aspect} ({one.value}) makes {_reach(one.share)} of {one.failures} failures, "
        f"with {_percent(one.traffic)} of the requests."
    )


def say_reliability(comparison: Comparison) -> str:
    """Return what the comparison can and cannot show, in one or two sentences."""
    if comparison.too_few:
        needed = "" if comparison.detectable is None else _say_needed(comparison.detectable)
        return f"{comparison.too_few}{needed}"
    detectable = 100 * (comparison.detectable or 0.0)
    return (
        f"{comparison.tested} things were tested; at most {100 * comparison.level:.3g} % of what is listed is expected "
        f"to be chance. A change of a share by less than {detectable:.0f} points could have been missed."
    )


def _say_needed(detectable: float) -> str:
    shown = min(100.0, 100 * detectable)
    return f" Only changes of {shown:.0f} points or more would show."


def _reach(share: Interval) -> str:
    return f"{_percent(share.estimate)} ({_percent(share.low)} to {_percent(share.high)})"


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
