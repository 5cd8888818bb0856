"""Validation errors of Pydantic, said in one line: which field, what is wrong, and what was sent."""

from pydantic import ValidationError

_MOST_PROBLEMS = 5
_LONGEST_VALUE = 40


def describe_problems(error: ValidationError) -> str:
    """Return the first problems as `field: reason (got value)`, joined by semicolons."""
    problems = error.errors(include_url=False, include_context=False)
    lines = [_describe(entry["loc"], entry["msg"], entry["input"], kind=entry["type"]) for entry in problems]
    shown, rest = lines[:_MOST_PROBLEMS], len(lines) - _MOST_PROBLEMS
    return "; ".join([*shown, *([f"and {rest} more"] if rest > 0 else [])])


def _describe(path: tuple[int | str, ...], reason: str, value: object, *, kind: str) -> str:
    where = ".".join(str(part) for part in path) or "the whole"
    got = "" if kind == "missing" else f" (got {_short(value)})"
    return f"{where}: {reason[:1].lower()}{reason[1:]}{got}"


def _short(value: object) -> str:
    if isinstance(value, dict | list):
        return f"a {type(value).__name__} of {len(value)}"  # pyright: ignore[reportUnknownArgumentType]
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
