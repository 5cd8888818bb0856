"""The line itself: the bars that a feature must clear before it ships and hold while it sails.

Written by users in their features. It checks itself when it is written, so that a wrong number is found at start and
not at the gate. What a verdict does to an exit code stands here, and nowhere else.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Literal, get_args

from plimsoll.errors import InvalidFeature, one_of
from plimsoll.line.bars import Bar, is_number
from plimsoll.records import Verdict

Undecided = Literal["block", "warn"]
"""What `cannot tell` does at a gate."""

_CHOICES: tuple[str, ...] = get_args(Undecided)
_LEAST_CONFIDENCE = 0.5
_EXIT_CODES = {Verdict.HOLDS: 0, Verdict.FALLS_SHORT: 1, Verdict.CANNOT_TELL: 3}


@dataclass(frozen=True, init=False)
class Line:
    """A few bars, and how surely they have to be cleared."""

    bars: tuple[Bar, ...]
    """The bars; all of them have to hold."""
    confidence: float
    """Coverage of the two-sided intervals; one minus it is the largest chance of a wrong `holds` or `falls short`."""
    margin: float
    """How much worse than the incumbent, as a share, still counts as not worse."""
    window_days: int
    """Days of production that the line is held over."""
    undecided: Undecided
    """What `cannot tell` does at a gate: `block` it (exit 3), or `warn` and pass (exit 0)."""

    def __init__(
        self,
        *bars: Bar,
        confidence: float = 0.95,
        margin: float = 0.02,
        window_days: int = 30,
        undecided: Undecided = "block",
    ) -> None:
        """Check and keep the arguments. Raises InvalidFeature, which names the value and what is allowed."""
        _check_bars(bars)
        _check_confidence(confidence)
        _check_margin(margin)
        _check_window(window_days)
        if undecided not in _CHOICES:
            raise InvalidFeature(f"Line(undecided={undecided!r}) is not one of {one_of(_CHOICES)}.")
        settings = {"bars": bars, "confidence": confidence, "margin": margin}
        for name, value in {**settings, "window_days": window_days, "undecided": undecided}.items():
            object.__setattr__(self, name, value)

    def exit_code(self, verdict: Verdict) -> int:
        """Return what a gate exits with: 0 holds, 1 falls short, 3 cannot tell (0 where `undecided` is `warn`)."""
        return 0 if self.warning(verdict) else _EXIT_CODES[verdict]

    def warning(self, verdict: Verdict) -> str:
        """Return what a gate says when it lets an undecided feature pass; empty where there is nothing to say."""
        if verdict is Verdict.CANNOT_TELL and self.undecided == "warn":
            return 'The line cannot tell; it lets the feature pass because it says undecided="warn".'
        return ""


def _check_bars(bars: tuple[object, ...]) -> None:
    if not bars:
        raise InvalidFeature(
            "Line() has no bar, and would hold for anything.",
            next_step="Write at least one, e.g. Line(answered(at_least=0.8)).",
        )
    strangers = [bar for bar in bars if not isinstance(bar, Bar)]
    if strangers:
        raise InvalidFeature(
            f"Line({strangers[0]!r}) is not a bar.",
            next_step="Bars are made by pass_rate, answered, latency, error_rate and mean_cost.",
        )
    name, times = Counter(bar.name for bar in bars if isinstance(bar, Bar)).most_common(1)[0]
    if times > 1:
        raise InvalidFeature(f"Line has {times} bars named {name!r}.", next_step="Keep the stricter one.")


def _check_confidence(confidence: float) -> None:
    if not (is_number(confidence) and _LEAST_CONFIDENCE < confidence < 1):
        raise InvalidFeature(f"Line(confidence={confidence!r}) is not above 0.5 and below 1, e.g. 0.95.")


def _check_margin(margin: float) -> None:
    if not (is_number(margin) and 0 <= margin < 1):
        raise InvalidFeature(f"Line(margin={margin!r}) is not from 0 up to, but not including, 1, e.g. 0.02.")


def _check_window(window_days: int) -> None:
    if not (is_number(window_days) and window_days >= 1 and window_days == int(window_days)):
        raise InvalidFeature(f"Line(window_days={window_days!r}) is not a whole number of days from 1 up, e.g. 30.")
