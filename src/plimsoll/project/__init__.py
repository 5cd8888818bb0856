"""A project in a folder: its settings, its features, and every operation on it, once.

The command line, the server and the console call what stands here and nothing below it.
"""

from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.datasets.records import DatasetCard, DatasetPage, ImportReport, KeptIn, PullReport, SplitReport
from plimsoll.project.evals.adoption import AdoptionAsked
from plimsoll.project.evals.asked import NEWEST, CostEstimate, EvalAsked
from plimsoll.project.evals.compared_runs import ComparedRuns, KeptRun
from plimsoll.project.evals.evals import Evals
from plimsoll.project.evals.judges import JudgeReport, Judges
from plimsoll.project.evals.red_team import RedTeam
from plimsoll.project.evals.runs import EvalWatch
from plimsoll.project.features.answers import write_answer
from plimsoll.project.features.live_line import LiveBar, LiveStanding
from plimsoll.project.features.report import FeatureReport, FeatureShare
from plimsoll.project.features.windows import DEFAULT_WINDOW, WINDOWS, Window, find_window
from plimsoll.project.files import put_file
from plimsoll.project.knowledge.asked import BenchAsked, BenchResult, DocumentsAsked
from plimsoll.project.knowledge.card import CorpusCard, EmbeddingInUse, IndexStanding
from plimsoll.project.knowledge.chunk_report import CorpusCut, WayTried
from plimsoll.project.knowledge.embedding_change import EmbeddingChange, EmbeddingDone, EmbeddingEstimate
from plimsoll.project.knowledge.embedding_comparison import EmbeddingComparison
from plimsoll.project.knowledge.knowledge import ProjectKnowledge
from plimsoll.project.knowledge.retrieval_fit import RetrievalFit
from plimsoll.project.knowledge.retrieval_quality import RetrievalEvaluation
from plimsoll.project.knowledge.schedules import ScheduleHealth
from plimsoll.project.knowledge.seen import SeenKnowledge
from plimsoll.project.models.shared import require_shared
from plimsoll.project.opening import open_project as open  # noqa: A004 - `plimsoll.open` is the public name
from plimsoll.project.playground import Draft, Playground
from plimsoll.project.project import Project
from plimsoll.project.prompts.prompts import PromptDifference, PromptFigure, PromptRun, Prompts, PromptVersion
from plimsoll.project.prompts.suggestion import Suggestion
from plimsoll.project.scaffold import write_project
from plimsoll.project.settings import SETTINGS_FILE, SOURCE_TABLES, Settings, read_settings, read_time_span
from plimsoll.project.settings_report import DatabaseSize, SettingsReport
from plimsoll.project.settings_tables import SettingShown, SettingsTable
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
from plimsoll.project.traces.feedback import Feedback
from plimsoll.project.traces.replay import REPLAY, Replay, ReplayAsked
from plimsoll.project.traces.seen import SeenTraces
from plimsoll.project.traces.telemetry import Telemetry
from plimsoll.project.trials import MOST_CASES, CasePair, SideResult, Trial, TrialAsked
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
    "Feedback",
    "GatewayHealth",
    "ImportReport",
    "IndexStanding",
    "JudgeReport",
    "Judges",
    "KeptIn",
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
    "find_window",
    "open",
    "put_file",
    "read_settings",
    "read_time_span",
    "require_shared",
    "write_answer",
    "write_project",
]
