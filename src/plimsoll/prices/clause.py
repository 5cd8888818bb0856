"""The price table's rules for which names a model goes by, as data that we evaluate ourselves.

`table` asks. The rules are those of the genai-prices package: names are compared in lower case, regular expressions
are searched as they stand.
"""

import re

import msgspec


class Clause(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One condition on a name; exactly one field is set."""

    equals: str | None = None
    """The whole name."""
    starts_with: str | None = None
    """Its beginning."""
    ends_with: str | None = None
    """Its end."""
    contains: str | None = None
    """A part of it."""
    regex: str | None = None
    """A regular expression found in it."""
    any_of: tuple["Clause", ...] | None = None
    """One of these holds."""
    all_of: tuple["Clause", ...] | None = None
    """All of these hold."""


def is_match(clause: Clause, name: str) -> bool:
    """Tell whether a name, in lower case, fulfils the condition."""
    if clause.any_of is not None:
        return any(is_match(part, name) for part in clause.any_of)
    if clause.all_of is not None:
        return all(is_match(part, name) for part in clause.all_of)
    if clause.regex is not None:
        return re.search(clause.regex, name) is not None
    return _is_literal_match(clause, name)


def _is_literal_match(clause: Clause, name: str) -> bool:
    if clause.equals is not None:
        return name == clause.equals.lower()
    if clause.starts_with is not None:
        return name.startswith(clause.starts_with.lower())
    if clause.ends_with is not None:
        return name.endswith(clause.ends_with.lower())
    return clause.contains is not None and clause.contains.lower() in name
