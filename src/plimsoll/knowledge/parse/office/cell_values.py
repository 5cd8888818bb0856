"""A cell's stored value as a person reads it: by its number format, with dates in ISO form.

`xlsx` calls it. A format is a little language (ECMA-376 part 1, 18.8.30 and 18.8.31); colours, padding and conditions
change nothing that can be read, fractions read as decimals.
"""

import math
import re
from datetime import datetime, timedelta

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "yyyy-mm-dd",
    15: "yyyy-mm-dd",
    16: "yyyy-mm-dd",
    17: "yyyy-mm",
    18: "hh:mm",
    19: "hh:mm:ss",
    20: "hh:mm",
    21: "hh:mm:ss",
    22: "yyyy-mm-dd hh:mm",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss",
    48: "0.0E+0",
}
"""Formats that files name by number only."""

_MARKED = re.compile(r"\[(?![$hms])[^\]]*\]|_.|\*.")
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[^\]]*)?\]")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)')
_DIGITS = re.compile(r"[0#?][0#?,.]*(?:[eE][+-][0#?]+)?")
_TIME = re.compile(r"[hs]|\[[hms]+\]|am/pm", re.IGNORECASE)
_DAY = re.compile(r"[dy]", re.IGNORECASE)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet knows no time zones)
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001  (the same)
_LAST_DAY = 2_958_466
_LEAP_BUG_ENDS = 60
_SECONDS_A_DAY = 86_400
_EXACT_DIGITS = 15


def shown_number(value: float, code: str, *, is_1904: bool = False) -> str:
    """Return the number as the format shows it; one that no format can show reads as a plain number."""
    if not math.isfinite(value):
        return str(value)
    section = _section(value, code)
    if section.lower() in {"", "general", "@"}:
        return plain_number(value)
    bare = _LITERAL.sub("", _MARKED.sub("", section))
    if _TIME.search(bare) or _DAY.search(_CURRENCY.sub("", bare)):
        return _moment(value, bare, is_1904=is_1904)
    return _formatted(abs(value) if ";" in code else value, section)


def plain_number(value: float) -> str:
    """Return the number without a format: 15 digits, no exponent where it can be avoided."""
    if value == int(value) and abs(value) < 10**_EXACT_DIGITS:
        return str(int(value))
    return f"{value:.{_EXACT_DIGITS}g}"


def _section(value: float, code: str) -> str:
    sections = code.split(";")
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 and sections[2].strip() else sections[0]  # noqa: PLR2004  (the third section is for zero)


def _formatted(value: float, section: str) -> str:
    shown = _CURRENCY.sub(lambda match: f'"{match[1]}"', section)
    shown = _MARKED.sub("", shown)
    bare = _LITERAL.sub(lambda match: "\x00" * len(match.group()), shown)
    digits = _DIGITS.search(bare)
    if digits is None:
        return _unquoted(shown).strip() or plain_number(value)
    percents = bare.count("%")
    number = _digits(value * 100**percents, digits.group())
    before, after = _unquoted(shown[: digits.start()]), _unquoted(shown[digits.end() :])
    if number.startswith("-") and before.strip():
        before, number = f"-{before.lstrip()}", number[1:]
    if "/" in bare:
        return plain_number(value)
    return f"{before}{number}{_DIGITS.sub('', after)}".strip()


def _digits(value: float, pattern: str) -> str:
    if "e" in pattern.lower():
        mantissa = re.split("[eE]", pattern)[0]
        return f"{value:.{_decimals(mantissa)}E}"
    thousands = len(pattern) - len(pattern.rstrip(","))
    body = pattern.rstrip(",")
    scaled = value / 1000**thousands
    shown = f"{scaled:,.{_decimals(body)}f}" if "," in body else f"{scaled:.{_decimals(body)}f}"
    return _without_optional_zeros(shown, body)


def _without_optional_zeros(shown: str, pattern: str) -> str:
    optional = len(pattern) - len(pattern.rstrip("#?")) if "." in pattern else 0
    while optional and shown.endswith("0"):
        shown, optional = shown[:-1], optional - 1
    return shown.rstrip(".")


def _decimals(pattern: str) -> int:
    return min(sum(letter in "0#?" for letter in pattern.partition(".")[2]), _EXACT_DIGITS)


def _unquoted(text: str) -> str:
    return _LITERAL.sub(lambda match: match[1] if match[1] is not None else match[2], text)


def _moment(value: float, code: str, *, is_1904: bool) -> str:
    if "[h" in code.lower() or "[m" in code.lower() or "[s" in code.lower():
        return _elapsed(value)
    if not 0 <= value < _LAST_DAY:
        return plain_number(value)
    days = value if is_1904 or value >= _LEAP_BUG_ENDS else value + 1  # Excel believes in 29 February 1900
    moment = (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(seconds=round(days * _SECONDS_A_DAY))
    has_day, has_time = _DAY.search(code) is not None, _TIME.search(code) is not None
    day = moment.strftime("%Y-%m-%d" if "d" in code.lower() else "%Y-%m" if "m" in code.lower() else "%Y")
    time = moment.strftime("%H:%M:%S" if "s" in code.lower() else "%H:%M")
    if has_day and (not has_time or not moment.time()):
        return day
    return f"{day} {time}" if has_day else time


def _elapsed(value: float) -> str:
    seconds = round(abs(value) * _SECONDS_A_DAY)
    sign = "-" if value < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
