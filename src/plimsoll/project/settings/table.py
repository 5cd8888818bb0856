"""What every table of `plimsoll.toml` shares, and the kinds of value that are written in words of their own."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

_SPAN = re.compile(r"(?P<count>[1-9][0-9]{0,5})(?P<unit>[smhdw])")
_LEAST_EVERY = timedelta(seconds=10)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A name: a lower-case letter, then letters, digits and `_`, 63 characters at most."""


class Table(BaseModel):
    """A table of `plimsoll.toml`, or a part of one: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)


def read_time_span(value: object) -> timedelta:
    """Return the time that `30s`, `5m`, `2h`, `7d` or `4w` says. Raises ValueError for anything else."""
    if isinstance(value, timedelta):
        return value
    found = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("write a number and a unit, e.g. '30s', '5m', '2h', '7d' or '4w'")
    return timedelta(**{_UNITS[found["unit"]]: int(found["count"])})


def _require_rare(span: timedelta) -> timedelta:
    if span < _LEAST_EVERY:
        raise ValueError("a schedule runs every 10 s at most, '10s'")
    return span


TimeSpan = Annotated[timedelta, BeforeValidator(read_time_span)]
"""A span of time, such as `7d`."""
ScheduleSpan = Annotated[timedelta, BeforeValidator(read_time_span), AfterValidator(_require_rare)]
"""Time between two runs of a schedule, such as `1d`."""
