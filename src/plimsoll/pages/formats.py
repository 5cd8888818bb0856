"""How numbers, moments and texts are written for people, alike on every page. Pure; filters of the templates."""

import json
import re
from datetime import UTC, datetime

from markupsafe import Markup

_TICKS = re.compile(r"`([^`\n]+)`")
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_SECOND_MS = 1_000
_MINUTE_MS = 60_000
_WHOLE_MS = 10
_CENT = 0.01
_TEENS = (11, 12, 13)
_HUNDREDTH_OF_A_CENT = 0.0001
_SIZES = (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


def format_duration(milliseconds: float | None) -> str:
    """Write a duration given in milliseconds, e.g. `0.4 ms`, `38 ms`, `1.24 s`, `3 min 20 s`."""
    if milliseconds is None:
        return "\N{EN DASH}"
    if milliseconds >= _MINUTE_MS:
        minutes, rest = divmod(round(milliseconds / _SECOND_MS), 60)
        return f"{minutes} min {rest} s"
    if milliseconds >= _SECOND_MS:
        return f"{milliseconds / _SECOND_MS:.2f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= _WHOLE_MS else f"{milliseconds:.1f} ms"


def format_money(usd: float | None) -> str:
    """Write US dollars; an unknown price is said, never shown as zero."""
    if usd is None:
        return "unknown"
    if usd == 0:
        return "$0"
    if usd >= _CENT:
        return f"${usd:,.2f}"
    return f"${usd:.4f}" if usd >= _HUNDREDTH_OF_A_CENT else f"${usd:.1e}"


def format_count(number: int) -> str:
    """Write a whole number with narrow spaces between thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def format_bytes(number: int) -> str:
    """Write a size in the largest unit of which there is at least one, e.g. `512 B`, `1.4 MB`."""
    for unit, size in _SIZES:
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number} B"


def format_plural(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{format_count(number)} {noun}{'' if number == 1 else 's'}"


def format_ordinal(number: int) -> str:
    """Write a place in a list, e.g. `1st`, `22nd`, `13th`."""
    ending = "th" if number % 100 in _TEENS else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def format_moment(at: datetime | None) -> str:
    """Write a moment in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else "never"


def format_share(share: float) -> str:
    """Write a share as whole percents; what is below one is not shown as none."""
    percent = share * 100
    return f"{percent:.0f} %" if percent >= 1 or percent <= 0 else "< 1 %"


def format_pretty(value: object) -> str:
    """Write JSON text over several lines; anything else as it is."""
    text = str(value)
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def format_ticks(text: str) -> Markup:
    """Write what stands between backticks as code; everything is escaped."""
    pieces = _TICKS.split(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in enumerate(pieces)
    )


def format_object(value: object) -> str:
    """Write a value as JSON over several lines."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def format_text(text: str) -> str:
    """Write what could steer how a page reads (control and bidirectional characters) as its code, e.g. `[U+202E]`."""
    return _STEERING.sub(lambda found: f"[U+{ord(found[0]):04X}]", text)


def cut_text(text: str, most: int = 2_000) -> str:
    """Return the beginning of a long text, with a note of how long it is."""
    if len(text) <= most:
        return text
    return f"{text[:most]} … [cut: {format_count(most)} of {format_count(len(text))} characters are shown]"
