"""Evaluations: scorers, runs that are kept, and the gate that holds them against a feature's line.

The project's operations call it. It runs features through their `Runtime` like any other caller, and leaves every
judgement about a line to `line`. It asks no model of its own.
"""

from plimsoll.evals.adoption.probes import ProbeFigure, figure_probes, make_probes, withstands_probe
from plimsoll.evals.adoption.trial import (
    AdoptionReport,
    Integration,
    ModelTrial,
    ShadowFigure,
    cost_of,
    integrate,
    p95_of,
    render_adoption,
)
from plimsoll.evals.attacks.figures import ALL_TYPES, AttackFigure, AttackReport, figure_attacks, render_attacks
from plimsoll.evals.attacks.suite import OVER_REFUSAL, answers_harmless, load_attacks, resists_attack
from plimsoll.evals.bias.bbq import Answered, BiasFigures, figure_bias, read_answer, read_questions
from plimsoll.evals.bias.pairs import GroupDifference, compare_groups
from plimsoll.evals.calibration.calibrate import calibrate_judge
from plimsoll.evals.calibration.calibration import Calibration, Disagreement, LabelledRuling
from plimsoll.evals.calibration.calibration_report import render_calibration, render_drift, render_judges
from plimsoll.evals.calibration.calibrations import Calibrations
from plimsoll.evals.calibration.drift import JudgeDrift, compare_calibrations, find_anchors
from plimsoll.evals.calibration.standing import (
    JudgedRate,
    JudgeStanding,
    describe_calibration,
    describe_score,
    errors_of,
    find_calibration,
    rate_judges,
    stand,
)
from plimsoll.evals.compare import Comparison, compare_runs
from plimsoll.evals.comparison_report import render_comparison
from plimsoll.evals.eval_run import CaseResult, EvalRun, observe
from plimsoll.evals.evaluate import Keeping, evaluate_endpoint, evaluate_function
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.experiment import Experiment
from plimsoll.evals.figures import AreaFigures, LabelFigures, NumberFigures, RunFigures, figures_of
from plimsoll.evals.figures_report import render_figures
from plimsoll.evals.gate import GateReport, gate_run
from plimsoll.evals.history import Effect, HistoryEntry, trace_history
from plimsoll.evals.history_report import describe_run, render_history
from plimsoll.evals.html import (
    compared_body,
    effects_beyond_chance,
    report_comparison,
    report_run,
    run_body,
    view_history,
)
from plimsoll.evals.html.cases import cases_to_look_at
from plimsoll.evals.junit import summarise_junit
from plimsoll.evals.mlflow_export import Exported, export_to_mlflow
from plimsoll.evals.online.online_figures import OnlineRate, describe_rates, summarise_online
from plimsoll.evals.online.scoring import OnlineHealth, OnlineScoring, ScoreKeeper, is_drawn
from plimsoll.evals.pairing import CaseStatus, Difference
from plimsoll.evals.report import (
    MARKS,
    render_gate,
    render_run,
    render_slices,
    summarise_markdown,
)
from plimsoll.evals.retrieval.labelled_question import LabelledQuestion, label_questions
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
from plimsoll.evals.revision import read_dirt, read_revision
from plimsoll.evals.run import choose_scorers, judges_of, run_dataset
from plimsoll.evals.run_comparison import (
    CaseSide,
    ComparedCase,
    ComparedFigure,
    ComparedMean,
    FigureChange,
    RunComparison,
    RunHeading,
    compare_cases,
)
from plimsoll.evals.run_settings import RunProgress, RunSettings, check_bounds
from plimsoll.evals.scorers import (
    BUILT_IN,
    FieldsMatch,
    FunctionScorer,
    Grounded,
    JsonSchema,
    Judge,
    LabelMatches,
    MatchesPattern,
    NearNumber,
    PairwiseJudge,
    PositionBias,
    Refuses,
    RetrievalRecall,
    Similarity,
    ToolTrajectory,
    WithinCost,
    WithinSeconds,
    abstains_when_expected,
    citation_precision,
    citation_recall,
    cites_a_source,
    cites_expected,
    contains_expected,
    exact,
    fields_match,
    grounded,
    is_refusal,
    json_schema,
    label_matches,
    matches_pattern,
    near_number,
    position_bias,
    refusal_is_right,
    refuses,
    retrieval_recall,
    safety,
    scorer,
    similarity,
    tone,
    tool_trajectory,
    write_rubrics,
)
from plimsoll.evals.slices import Slice, SliceDifference, slice_run
from plimsoll.evals.target import Reply, Target
from plimsoll.evals.targets.endpoint import Endpoint
from plimsoll.evals.targets.endpoint_target import EndpointTarget, opened_endpoint
from plimsoll.evals.targets.feature_target import FeatureTarget
from plimsoll.evals.targets.function_target import CaseFunction, CaseInput, CaseOutput, FunctionTarget
from plimsoll.evals.tool_calls import tool_calls_of
from plimsoll.evals.trace_text import NO_TEXTS, ReadTexts, TraceText

__all__ = [
    "ALL_TYPES",
    "BUILT_IN",
    "MARKS",
    "NO_TEXTS",
    "OVER_REFUSAL",
    "AdoptionReport",
    "Answered",
    "AreaFigures",
    "AttackFigure",
    "AttackReport",
    "BiasFigures",
    "Calibration",
    "Calibrations",
    "CaseFunction",
    "CaseInput",
    "CaseOutput",
    "CaseResult",
    "CaseSide",
    "CaseStatus",
    "ComparedCase",
    "ComparedFigure",
    "ComparedMean",
    "Comparison",
    "Difference",
    "Disagreement",
    "Effect",
    "Endpoint",
    "EndpointTarget",
    "EvalRun",
    "Evaluations",
    "Experiment",
    "Exported",
    "FeatureTarget",
    "FieldsMatch",
    "FigureChange",
    "FunctionScorer",
    "FunctionTarget",
    "GateReport",
    "Grounded",
    "GroupDifference",
    "HistoryEntry",
    "Integration",
    "JsonSchema",
    "Judge",
    "JudgeDrift",
    "JudgeStanding",
    "JudgedRate",
    "Keeping",
    "LabelFigures",
    "LabelMatches",
    "LabelledQuestion",
    "LabelledRuling",
    "MatchesPattern",
    "ModelTrial",
    "NearNumber",
    "NumberFigures",
    "OnlineHealth",
    "OnlineRate",
    "OnlineScoring",
    "PairwiseJudge",
    "PositionBias",
    "ProbeFigure",
    "ReadTexts",
    "Refuses",
    "Reply",
    "RetrievalDifference",
    "RetrievalFigure",
    "RetrievalFigures",
    "RetrievalRecall",
    "RetrievalRun",
    "RetrievalSettings",
    "RetrievalWorth",
    "RetrievedCase",
    "RunComparison",
    "RunFigures",
    "RunHeading",
    "RunProgress",
    "RunSettings",
    "ScoreKeeper",
    "ShadowFigure",
    "Similarity",
    "Slice",
    "SliceDifference",
    "Target",
    "ToolTrajectory",
    "TraceText",
    "WithinCost",
    "WithinSeconds",
    "abstains_when_expected",
    "answers_harmless",
    "calibrate_judge",
    "cases_to_look_at",
    "check_bounds",
    "choose_scorers",
    "citation_precision",
    "citation_recall",
    "cites_a_source",
    "cites_expected",
    "compare_calibrations",
    "compare_cases",
    "compare_groups",
    "compare_retrieval",
    "compare_runs",
    "compared_body",
    "contains_expected",
    "cost_of",
    "describe_calibration",
    "describe_rates",
    "describe_run",
    "describe_score",
    "effects_beyond_chance",
    "errors_of",
    "evaluate_endpoint",
    "evaluate_function",
    "exact",
    "export_to_mlflow",
    "fields_match",
    "figure_attacks",
    "figure_bias",
    "figure_probes",
    "figures_of",
    "find_anchors",
    "find_calibration",
    "gate_run",
    "grounded",
    "integrate",
    "is_drawn",
    "is_refusal",
    "json_schema",
    "judges_of",
    "label_matches",
    "label_questions",
    "load_attacks",
    "make_probes",
    "matches_pattern",
    "near_number",
    "observe",
    "opened_endpoint",
    "p95_of",
    "position_bias",
    "rate_judges",
    "read_answer",
    "read_dirt",
    "read_questions",
    "read_revision",
    "refusal_is_right",
    "refuses",
    "render_adoption",
    "render_attacks",
    "render_calibration",
    "render_comparison",
    "render_differences",
    "render_drift",
    "render_figures",
    "render_gate",
    "render_history",
    "render_judges",
    "render_retrieval",
    "render_run",
    "render_slices",
    "render_worth",
    "report_comparison",
    "report_run",
    "resists_attack",
    "retrieval_recall",
    "run_body",
    "run_dataset",
    "run_retrieval",
    "safety",
    "scorer",
    "similarity",
    "slice_run",
    "stand",
    "summarise_junit",
    "summarise_markdown",
    "summarise_online",
    "summarise_retrieval",
    "tone",
    "tool_calls_of",
    "tool_trajectory",
    "trace_history",
    "view_history",
    "weigh_retrieval",
    "withstands_probe",
    "write_rubrics",
]
