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
from plimsoll.evals.scorers.fields_match import FieldsMatch, fields_match
from plimsoll.evals.scorers.from_function import FunctionScorer, Judgement, scorer
from plimsoll.evals.scorers.grounded import Grounded, grounded
from plimsoll.evals.scorers.json_schema import JsonSchema, json_schema
from plimsoll.evals.scorers.judge import Grade, Judge, Judged, Ruling
from plimsoll.evals.scorers.label_matches import LabelMatches, label_matches
from plimsoll.evals.scorers.matches_pattern import MatchesPattern, matches_pattern
from plimsoll.evals.scorers.near_number import NearNumber, near_number
from plimsoll.evals.scorers.pairwise import Compared, PairwiseJudge, PositionBias, Preference, position_bias
from plimsoll.evals.scorers.refuses import Refuses, is_refusal, refuses
from plimsoll.evals.scorers.retrieval_recall import RetrievalRecall, retrieval_recall
from plimsoll.evals.scorers.rubric_judges import RUBRICS, refusal_is_right, safety, tone, write_rubrics
from plimsoll.evals.scorers.similarity import Similarity, similarity
from plimsoll.evals.scorers.tool_trajectory import ToolTrajectory, read_calls, tool_trajectory
from plimsoll.evals.scorers.within import WithinCost, WithinSeconds

BUILT_IN = (
    abstains_when_expected,
    citation_precision,
    citation_recall,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    fields_match,
    grounded,
    json_schema,
    label_matches,
    matches_pattern,
    near_number,
    refuses,
    retrieval_recall,
    tool_trajectory,
)
"""Every scorer that needs no setting up."""

__all__ = [
    "BUILT_IN",
    "RUBRICS",
    "AbstainsWhenExpected",
    "CitationPrecision",
    "CitationRecall",
    "CitesASource",
    "CitesExpected",
    "Compared",
    "ContainsExpected",
    "Exact",
    "FieldsMatch",
    "FunctionScorer",
    "Grade",
    "Grounded",
    "JsonSchema",
    "Judge",
    "Judged",
    "Judgement",
    "LabelMatches",
    "MatchesPattern",
    "NearNumber",
    "PairwiseJudge",
    "PositionBias",
    "Preference",
    "Refuses",
    "RetrievalRecall",
    "Ruling",
    "Similarity",
    "ToolTrajectory",
    "WithinCost",
    "WithinSeconds",
    "abstains_when_expected",
    "citation_precision",
    "citation_recall",
    "cites_a_source",
    "cites_expected",
    "contains_expected",
    "exact",
    "fields_match",
    "grounded",
    "is_refusal",
    "json_schema",
    "label_matches",
    "matches_pattern",
    "near_number",
    "position_bias",
    "read_calls",
    "refusal_is_right",
    "refuses",
    "retrieval_recall",
    "safety",
    "scorer",
    "similarity",
    "tone",
    "tool_trajectory",
    "write_rubrics",
]
