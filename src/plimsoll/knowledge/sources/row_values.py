"""Reads single values of a row: who may read it, when it changed, what else is said of it. Pure."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge.readers import check_readers
from plimsoll.knowledge.tables.documents import MetadataValue

_MILLISECONDS_FROM = 10**11
"""A number this large counts milliseconds since 1970, a smaller one seconds."""
_LONGEST_TEXT = 1_000


def read_readers(value: object) -> tuple[str, ...]:
    """Return readers from a list, a JSON list or names with commas between. ValueError for what names nobody."""
    try:
        if isinstance(value, str):
            is_list = value.lstrip().startswith("[")
            names = msgspec.json.decode(value, type=list[str]) if is_list else value.split(",")
        else:
            names = msgspec.convert(value, list[str])
        return check_readers(name.strip() for name in names if name.strip())
    except (InvalidRequest, msgspec.DecodeError) as error:
        raise ValueError(f"its readers {str(value)[:80]!r} cannot be used ({error})") from error


def read_moment(value: object) -> datetime | None:
    """Return a moment from one, a day, ISO 8601 text or a number since 1970; None for anything else. UTC by default."""
    try:
        moment = _moment(value)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def read_http_date(text: str) -> datetime | None:
    """Return the moment that a header such as Last-Modified names; None for anything else."""
    try:
        return read_moment(parsedate_to_datetime(text))
    except ValueError:
        return None


def read_metadata(row: Mapping[str, object], names: Sequence[str]) -> dict[str, MetadataValue]:
    """Return the named values that are there: text, numbers and truth values as they are, others as text."""
    found = {name: _value(row[name]) for name in names if row.get(name) is not None}
    return {name: value for name, value in found.items() if value is not None}


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, str):
        return datetime.fromisoformat(value.strip())
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        number = float(value)
        return datetime.fromtimestamp(number / 1000 if number >= _MILLISECONDS_FROM else number, UTC)
    return None


def _value(value: object) -> MetadataValue | None:
    if isinstance(value, bool | str):
        return value if isinstance(value, bool) else value[:_LONGEST_TEXT]
    if isinstance(value, int | float | Decimal):
        number = float(value)
        return number if math.isfinite(number) else None
    return (json.dumps(value, default=str) if isinstance(value, list | dict) else str(value))[:_LONGEST_TEXT]
