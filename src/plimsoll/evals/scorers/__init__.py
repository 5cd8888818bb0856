"""The scorers that come with Plimsoll: code that judges an answer without asking a model. One a file.

`plimsoll.scorers` is their public door. Each is an object with a name and a `score` method, to be named in a bar.
"""

from plimsoll.evals.scorers.abstains_when_expected import AbstainsWhenExpected, abstains_when_expected
from plimsoll.evals.scorers.citations_of_evidence import (
    CitationPrecision,
    CitationRecall,
    citation_precision,
    citation_recall,
)
from plimsoll.evals.scorers.cites_a_source import CitesASource, cites_a_source
from plimsoll.evals.scorers.cites_expected import CitesExpected, cites_expected
from plimsoll.evals.scorers.contains_expected import ContainsExpected, contains_expected
from plimsoll.evals.scorers.exact import Exact, exact
from plimsoll.evals.scorers.from_function import FunctionScorer, Judgement, scorer
from plimsoll.evals.scorers.grounded import Grounded, grounded

BUILT_IN = (
    abstains_when_expected,
    citation_precision,
    citation_recall,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    grounded,
)
"""Every scorer that needs no setting up."""

__all__ = [
    "BUILT_IN",
    "AbstainsWhenExpected",
    "CitationPrecision",
    "CitationRecall",
    "CitesASource",
    "CitesExpected",
    "ContainsExpected",
    "Exact",
    "FunctionScorer",
    "Grounded",
    "Judgement",
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
