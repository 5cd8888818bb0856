"""A short hash of what a scorer is, so that a run goes on only with the scorers that it began with. Pure."""

import dataclasses
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from typing import cast

import msgspec

from plimsoll.line import Scorer

_DIGITS = 16


def fingerprint_scorer(scorer: Scorer, version: str = "") -> str:
    """Return a hash of the scorer's kind, its fields and the source of its function, and of the version given."""
    return fingerprint([_describe(scorer), version])


def fingerprint(value: object) -> str:
    """Return a short hash of anything JSON can say; what it cannot counts by its class."""
    text = json.dumps(value, sort_keys=True, default=_describe, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def _describe(value: object) -> object:
    if isinstance(value, msgspec.Struct):
        return [_kind(value), msgspec.structs.asdict(value)]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [_kind(value), {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}]
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    if isinstance(value, set | frozenset):
        return sorted(map(str, cast("set[object]", value)))
    if inspect.isfunction(value):
        return _source(value)
    return _kind(value)


def _source(function: Callable[..., object]) -> list[str]:
    try:
        return [function.__qualname__, inspect.getsource(function)]
    except (OSError, TypeError):  # no file holds it: typed at a prompt
        return [function.__qualname__, function.__code__.co_code.hex()]


def _kind(value: object) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
