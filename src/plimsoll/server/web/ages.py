"""How ages are written for people. Pure; the templates' filters."""

from plimsoll.knowledge import describe_age


def format_age(seconds: float | None) -> str:
    """Write how long ago something was."""
    return "never" if seconds is None else f"{describe_age(seconds)} ago"


def format_span(seconds: float | None) -> str:
    """Write a span of time, in words."""
    return "\N{EN DASH}" if seconds is None else describe_age(seconds)
