"""The public door to the scorers: what a line's pass rates are measured by.

    from plimsoll.scorers import cites_a_source, grounded

Each is an object with a name and an async `score(case, sample)`; `scorer` makes one of any function.
"""

from plimsoll.evals import (
    Grounded,
    abstains_when_expected,
    citation_precision,
    citation_recall,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    grounded,
    scorer,
)

__all__ = [
    "Grounded",
    "abstains_when_expected",
    "citation_precision",
    "citation_recall",
    "cites_a_source",
    "cites_expected",
    "contains_expected",
    "exact",
    "grounded",
    "scorer",
]
