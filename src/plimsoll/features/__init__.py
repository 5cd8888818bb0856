"""AI features: their definition, their prompts, how they run, and how each request ends.

Projects define `Feature`s and call them; the open project runs them. Other rooms import names from here only.
"""

from plimsoll.features.acting import Acting, acting
from plimsoll.features.configuration import Configuration
from plimsoll.features.definition import is_feature_name
from plimsoll.features.embed import EmbedsTexts, embed_texts
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
from plimsoll.features.finished import Finished, WhenFinished
from plimsoll.features.front_matter import ModelSettings, split_sheet, write_sheet
from plimsoll.features.model_door import ModelDoor
from plimsoll.features.models import Answer, Question, Quote
from plimsoll.features.prompt_versions import PromptText, PromptVersions
from plimsoll.features.result import Result
from plimsoll.features.retrieval import Retrieval, Retrieved, Retriever
from plimsoll.features.run import FeatureRunner
from plimsoll.features.sampling import Sampling
from plimsoll.features.tally import Tally, tallied

__all__ = [
    "Acting",
    "Answer",
    "AnyFeature",
    "Configuration",
    "EmbedsTexts",
    "Failures",
    "Feature",
    "FeatureRunner",
    "Finished",
    "ModelDoor",
    "ModelSettings",
    "Policy",
    "PromptText",
    "PromptVersions",
    "Question",
    "Quote",
    "Result",
    "Retrieval",
    "Retrieved",
    "Retriever",
    "Runtime",
    "Sampling",
    "StalePolicy",
    "Tally",
    "WhenFinished",
    "acting",
    "bind_runtime",
    "embed_texts",
    "find_feature",
    "index_features",
    "is_feature_name",
    "question_field",
    "split_sheet",
    "tallied",
    "write_sheet",
]
