"""How error messages speak of names: the choices there are, and the nearest to what was typed."""

import difflib
from collections.abc import Iterable

_MOST_CHOICES = 12
_LONGEST_NAME = 200


def nearest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is alike."""
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def one_of(names: Iterable[str]) -> str:
    """Return the names as a list for a sentence, sorted and cut to a dozen."""
    ordered = sorted(names)
    shown = ", ".join(repr(name) for name in ordered[:_MOST_CHOICES])
    rest = len(ordered) - _MOST_CHOICES
    return f"{shown} and {rest} more" if rest > 0 else shown


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the sentence for a name that is not known, e.g. of a feature or a model."""
    choices = list(known)
    name = name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"
    if not choices:
        return f"There is no {kind} {name!r}: the project has none."
    near = nearest_name(name, choices)
    hint = f"; did you mean {near!r}?" if near else "."
    return f"There is no {kind} {name!r}{hint} Known: {one_of(choices)}."
