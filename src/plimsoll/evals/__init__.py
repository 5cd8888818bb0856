"""Evaluations: datasets, scorers, runs that are kept, and the gate that holds them against a feature's line.

The project's operations call it. It runs features through their `Runtime` like any other caller, and leaves every
judgement about a line to `line`. It asks no model of its own.
"""

from plimsoll.evals.compare import Comparison, compare_runs
from plimsoll.evals.dataset import Dataset, load_dataset
from plimsoll.evals.eval_run import CaseResult, EvalRun, observe
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.gate import GateReport, gate_run
from plimsoll.evals.report import MARKS, render_gate, render_run, summarise_markdown
from plimsoll.evals.revision import read_revision
from plimsoll.evals.run import RunProgress, RunSettings, run_dataset
from plimsoll.evals.scorers import (
    BUILT_IN,
    FunctionScorer,
    Grounded,
    abstains_when_expected,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    grounded,
    scorer,
)

__all__ = [
    "BUILT_IN",
    "MARKS",
    "CaseResult",
    "Comparison",
    "Dataset",
    "EvalRun",
    "Evaluations",
    "FunctionScorer",
    "GateReport",
    "Grounded",
    "RunProgress",
    "RunSettings",
    "abstains_when_expected",
    "cites_a_source",
    "cites_expected",
    "compare_runs",
    "contains_expected",
    "exact",
    "gate_run",
    "grounded",
    "load_dataset",
    "observe",
    "read_revision",
    "render_gate",
    "render_run",
    "run_dataset",
    "scorer",
    "summarise_markdown",
]
