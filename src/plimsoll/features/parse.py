"""From a model's text to the output model: strictly, then without the prose around it, then repaired.

Called by the kinds; pure. It does not ask the model again: the caller does, once, with the problem found here.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from plimsoll.features.problem import describe_problems
from plimsoll.features.repair import repair_json

Out = TypeVar("Out", bound=BaseModel)

_FENCED = re.compile(r"```[a-zA-Z0-9]*[ \t]*\r?\n(.*?)(?:```|\Z)", re.DOTALL)
_LONGEST = 1_000_000


class Parsed(msgspec.Struct, Generic[Out], frozen=True, kw_only=True):
    """What came of a model's text."""

    value: Out | None = None
    """The output; None when the text could not be read as one."""
    repaired: str = ""
    """What had to be done to the text; empty when it was read as it stood."""
    problem: str = ""
    """Why there is no value, in words that a model can act on."""


def parse_output(text: str, model: type[Out], *, was_cut_off: bool = False) -> Parsed[Out]:
    """Return the text as the output model; never raises.

    A text that was cut off at the token limit is read strictly only: a repair would close its last sentence wherever it
    happened to end, and pass it off as whole.
    """
    if len(text) > _LONGEST:
        return Parsed(problem=f"it is longer than {_LONGEST} characters")
    problems: list[str] = []
    for repaired, read in _readings(text, was_cut_off=was_cut_off):
        found = read()
        if not isinstance(found, dict):
            continue
        try:
            return Parsed(value=model.model_validate(found), repaired=repaired)
        except ValidationError as error:
            problems.append(describe_problems(error))
    if was_cut_off:
        return Parsed(problem="it was cut off at the token limit; answer more briefly")
    return Parsed(problem=problems[0] if problems else "it holds no JSON object")


def _readings(text: str, *, was_cut_off: bool) -> Iterator[tuple[str, Callable[[], object | None]]]:
    """Yield ways to read the text, the most faithful first; each is tried only when those before it failed."""
    yield "", lambda: _strict(text)
    fenced = [match[1] for match in _FENCED.finditer(text)]
    for block in fenced:
        yield "took the JSON out of its fence", lambda block=block: _strict(block)
    inner = _outermost_object(text)
    if inner != text.strip():
        yield "took the JSON out of the text around it", lambda: _strict(inner)
    if was_cut_off:
        return
    for block in fenced:
        yield "mended the JSON inside the fence", lambda block=block: repair_json(block)
    if inner:
        yield "mended the JSON", lambda: repair_json(inner)


def _strict(text: str) -> object | None:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _outermost_object(text: str) -> str:
    """Return the text from its first `{` to its last `}`, or to its end where nothing closes it."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0:
        return ""
    return text[start : end + 1] if end > start else text[start:]
