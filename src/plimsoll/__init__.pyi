# What type checkers read of the public door: the same names as in the lazy table (a law test compares them).

from plimsoll.errors import PlimsollError
from plimsoll.evals import Endpoint, evaluate_endpoint, evaluate_function, scorer
from plimsoll.features import Answer, Failures, Feature, Question, Quote, Result, Retrieval
from plimsoll.line import Line, Sample, answered, error_rate, latency, mean_cost, pass_rate
from plimsoll.project import Project, open  # noqa: A004 - `plimsoll.open` is the public name
from plimsoll.records import Case, Citation, ErrorClass, Outcome, Passage, Principal, Score, Verdict

__version__: str

__all__ = [
    "Answer",
    "Case",
    "Citation",
    "Endpoint",
    "ErrorClass",
    "Failures",
    "Feature",
    "Line",
    "Outcome",
    "Passage",
    "PlimsollError",
    "Principal",
    "Project",
    "Question",
    "Quote",
    "Result",
    "Retrieval",
    "Sample",
    "Score",
    "Verdict",
    "answered",
    "error_rate",
    "evaluate_endpoint",
    "evaluate_function",
    "latency",
    "mean_cost",
    "open",
    "pass_rate",
    "scorer",
]
