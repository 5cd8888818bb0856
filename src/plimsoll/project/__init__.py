"""A project in a folder: its settings, its features, and every operation on it, once.

The command line, the server and the console call what stands here and nothing below it.
"""

from plimsoll.project.adoption import AdoptionAsked
from plimsoll.project.answers import write_answer
from plimsoll.project.chunk_report import CorpusCut, WayTried
from plimsoll.project.compared_runs import ComparedRuns, KeptRun
from plimsoll.project.corpus_card import CorpusCard, EmbeddingInUse, IndexStanding
from plimsoll.project.dataset_records import DatasetCard, DatasetPage, ImportReport, PullReport, SplitReport
from plimsoll.project.datasets import Datasets
from plimsoll.project.embedding_change import EmbeddingChange, EmbeddingDone, EmbeddingEstimate
from plimsoll.project.embedding_comparison import EmbeddingComparison
from plimsoll.project.eval_asked import NEWEST, CostEstimate, EvalAsked
from plimsoll.project.eval_runs import EvalWatch
from plimsoll.project.evals import Evals
from plimsoll.project.feature_report import FeatureReport, FeatureShare
from plimsoll.project.judges import JudgeReport, Judges
from plimsoll.project.knowledge import ProjectKnowledge
from plimsoll.project.knowledge_asked import BenchAsked, BenchResult, DocumentsAsked
from plimsoll.project.live_line import LiveBar, LiveStanding
from plimsoll.project.opening import open_project as open  # noqa: A004 - `plimsoll.open` is the public name
from plimsoll.project.playground import Draft, Playground
from plimsoll.project.project import Project
from plimsoll.project.prompts import PromptDifference, PromptFigure, PromptRun, Prompts, PromptVersion
from plimsoll.project.red_team import RedTeam
from plimsoll.project.replay import REPLAY, Replay, ReplayAsked
from plimsoll.project.retrieval_fit import RetrievalFit
from plimsoll.project.retrieval_quality import RetrievalEvaluation
from plimsoll.project.scaffold import write_project
from plimsoll.project.schedules import ScheduleHealth
from plimsoll.project.seen_knowledge import SeenKnowledge
from plimsoll.project.seen_traces import SeenTraces
from plimsoll.project.settings import SETTINGS_FILE, Settings, read_settings
from plimsoll.project.settings_report import DatabaseSize, SettingsReport
from plimsoll.project.settings_tables import SettingShown, SettingsTable
from plimsoll.project.shared import require_shared
from plimsoll.project.source_settings import SOURCE_TABLES
from plimsoll.project.status import (
    UNDECLARED,
    Check,
    CorpusStatus,
    FeatureStatus,
    GatewayHealth,
    ModelInUse,
    ProjectStatus,
    SettingsState,
    Traffic,
)
from plimsoll.project.suggestion import Suggestion
from plimsoll.project.telemetry import Telemetry
from plimsoll.project.toml_table import read_time_span
from plimsoll.project.trials import MOST_CASES, CasePair, SideResult, Trial, TrialAsked
from plimsoll.project.windows import DEFAULT_WINDOW, WINDOWS, Window
from plimsoll.project.work import Work, WorkBoard

__all__ = [
    "DEFAULT_WINDOW",
    "MOST_CASES",
    "NEWEST",
    "REPLAY",
    "SETTINGS_FILE",
    "SOURCE_TABLES",
    "UNDECLARED",
    "WINDOWS",
    "AdoptionAsked",
    "BenchAsked",
    "BenchResult",
    "CasePair",
    "Check",
    "ComparedRuns",
    "CorpusCard",
    "CorpusCut",
    "CorpusStatus",
    "CostEstimate",
    "DatabaseSize",
    "DatasetCard",
    "DatasetPage",
    "Datasets",
    "DocumentsAsked",
    "Draft",
    "EmbeddingChange",
    "EmbeddingComparison",
    "EmbeddingDone",
    "EmbeddingEstimate",
    "EmbeddingInUse",
    "EvalAsked",
    "EvalWatch",
    "Evals",
    "FeatureReport",
    "FeatureShare",
    "FeatureStatus",
    "GatewayHealth",
    "ImportReport",
    "IndexStanding",
    "JudgeReport",
    "Judges",
    "KeptRun",
    "LiveBar",
    "LiveStanding",
    "ModelInUse",
    "Playground",
    "Project",
    "ProjectKnowledge",
    "ProjectStatus",
    "PromptDifference",
    "PromptFigure",
    "PromptRun",
    "PromptVersion",
    "Prompts",
    "PullReport",
    "RedTeam",
    "Replay",
    "ReplayAsked",
    "RetrievalEvaluation",
    "RetrievalFit",
    "ScheduleHealth",
    "SeenKnowledge",
    "SeenTraces",
    "SettingShown",
    "Settings",
    "SettingsReport",
    "SettingsState",
    "SettingsTable",
    "SideResult",
    "SplitReport",
    "Suggestion",
    "Telemetry",
    "Traffic",
    "Trial",
    "TrialAsked",
    "WayTried",
    "Window",
    "Work",
    "WorkBoard",
    "open",
    "read_settings",
    "read_time_span",
    "require_shared",
    "write_answer",
    "write_project",
]
