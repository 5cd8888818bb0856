"""The line: what a feature must clear before it ships and hold while it sails. Pure, on `stats`.

Features draw it (`Line` and the five bars), `evals` brings observations and scorers, and every place that enforces it
asks the same `decide`. It reads no store, asks no model and knows nothing of how an answer came to be.
"""

from plimsoll.line.bars import Bar, BarKind, answered, error_rate, latency, mean_cost, pass_rate
from plimsoll.line.counted import CountedCost, CountedScores, Counts, evidence_of_counts
from plimsoll.line.decide import BarDecision, LineDecision, decide, decide_line, verdict_of
from plimsoll.line.definition import Line, Undecided
from plimsoll.line.evidence import Evidence, evidence_for, evidence_for_line
from plimsoll.line.incumbent import not_worse
from plimsoll.line.judged import Judged, JudgeErrors, correct_rate, find_errors
from plimsoll.line.observation import Observation
from plimsoll.line.readings import Value, read_value
from plimsoll.line.scorer import Sample, Scorer, ToolCall

__all__ = [
    "Bar",
    "BarDecision",
    "BarKind",
    "CountedCost",
    "CountedScores",
    "Counts",
    "Evidence",
    "JudgeErrors",
    "Judged",
    "Line",
    "LineDecision",
    "Observation",
    "Sample",
    "Scorer",
    "ToolCall",
    "Undecided",
    "Value",
    "answered",
    "correct_rate",
    "decide",
    "decide_line",
    "error_rate",
    "evidence_for",
    "evidence_for_line",
    "evidence_of_counts",
    "find_errors",
    "latency",
    "mean_cost",
    "not_worse",
    "pass_rate",
    "read_value",
    "verdict_of",
]
