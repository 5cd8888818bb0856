"""Evaluations: datasets, scorers, runs that are kept, and the gate that holds them against a feature's line.

The project's operations call it. It runs features through their `Runtime` like any other caller, and leaves every
judgement about a line to `line`. It asks no model of its own.
"""

from plimsoll.evals.compare import Comparison, compare_runs
from plimsoll.evals.dataset import Dataset, load_dataset
from plimsoll.evals.eval_run import CaseResult, EvalRun, observe
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.evidence import Evidence, evidence_of
from plimsoll.evals.gate import GateReport, gate_run
from plimsoll.evals.report import MARKS, render_gate, render_run, summarise_markdown
from plimsoll.evals.retrieval.retrieval_figures import (
    RetrievalDifference,
    RetrievalFigure,
    RetrievalFigures,
    compare_retrieval,
    summarise_retrieval,
)
from plimsoll.evals.retrieval.retrieval_report import render_differences, render_retrieval, render_worth
from plimsoll.evals.retrieval.retrieval_run import RetrievalRun, RetrievalSettings, run_retrieval
from plimsoll.evals.retrieval.retrieved_case import RetrievedCase
from plimsoll.evals.retrieval.with_and_without import RetrievalWorth, weigh_retrieval
from plimsoll.evals.revision import read_revision
from plimsoll.evals.run import RunProgress, RunSettings, run_dataset
from plimsoll.evals.scorers import (
    BUILT_IN,
    FunctionScorer,
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
    "BUILT_IN",
    "MARKS",
    "CaseResult",
    "Comparison",
    "Dataset",
    "EvalRun",
    "Evaluations",
    "Evidence",
    "FunctionScorer",
    "GateReport",
    "Grounded",
    "RetrievalDifference",
    "RetrievalFigure",
    "RetrievalFigures",
    "RetrievalRun",
    "RetrievalSettings",
    "RetrievalWorth",
    "RetrievedCase",
    "RunProgress",
    "RunSettings",
    "abstains_when_expected",
    "citation_precision",
    "citation_recall",
    "cites_a_source",
    "cites_expected",
    "compare_retrieval",
    "compare_runs",
    "contains_expected",
    "evidence_of",
    "exact",
    "gate_run",
    "grounded",
    "load_dataset",
    "observe",
    "read_revision",
    "render_differences",
    "render_gate",
    "render_retrieval",
    "render_run",
    "render_worth",
    "run_dataset",
    "run_retrieval",
    "scorer",
    "summarise_markdown",
    "summarise_retrieval",
    "weigh_retrieval",
]
