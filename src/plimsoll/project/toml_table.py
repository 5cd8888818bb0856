"""What every table of `plimsoll.toml` shares, and the kinds of value that are written in words of their own."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

_SPAN = re.compile(r"(?P<count>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


TABLE_CONFIG = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)
"""Of every table: unknown keys are mistakes, values do not change."""


def read_span(value: object) -> timedelta:
    """Return the time that `30s`, `5m`, `2h`, `7d` or `4w` says. Raises ValueError for anything else."""
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a number and a unit, e.g. '30s', '5m', '2h', '7d' or '4w'")
    return timedelta(**{_UNITS[found["unit"]]: int(found["count"])})


TimeSpan = Annotated[timedelta, BeforeValidator(read_span)]
"""A span of time, such as `7d`."""
