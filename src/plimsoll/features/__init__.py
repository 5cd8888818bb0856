"""AI features: their definition, their prompts, how they run, and how each request ends.

Projects define `Feature`s and call them; the open project runs them. Other rooms import names from here only.
"""

from plimsoll.features.configuration import Configuration
from plimsoll.features.failures import Failures, Policy, StalePolicy
from plimsoll.features.feature import (
    AnyFeature,
    Feature,
    Runtime,
    bind_runtime,
    find_feature,
    index_features,
    question_field,
)
from plimsoll.features.models import Answer, Question, Quote
from plimsoll.features.result import Result
from plimsoll.features.retrieval import Retrieval, Retrieved, Retriever
from plimsoll.features.run import FeatureRunner

__all__ = [
    "Answer",
    "AnyFeature",
    "Configuration",
    "Failures",
    "Feature",
    "FeatureRunner",
    "Policy",
    "Question",
    "Quote",
    "Result",
    "Retrieval",
    "Retrieved",
    "Retriever",
    "Runtime",
    "StalePolicy",
    "bind_runtime",
    "find_feature",
    "index_features",
    "question_field",
]
