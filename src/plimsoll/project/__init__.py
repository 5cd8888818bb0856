"""A project in a folder: its settings, its features, and every operation on it, once.

The command line, the server and the console call what stands here and nothing below it.
"""

from plimsoll.project.answers import write_answer
from plimsoll.project.chunk_report import CorpusCut, WayTried
from plimsoll.project.opening import open_project as open  # noqa: A004 - `plimsoll.open` is the public name
from plimsoll.project.project import Project
from plimsoll.project.retrieval_quality import RetrievalEvaluation
from plimsoll.project.scaffold import write_project
from plimsoll.project.settings import SETTINGS_FILE, Settings, read_settings
from plimsoll.project.shared import require_shared
from plimsoll.project.source_settings import SOURCE_TABLES
from plimsoll.project.status import (
    Check,
    CorpusStatus,
    FeatureStatus,
    GatewayHealth,
    ModelInUse,
    ProjectStatus,
    SettingsState,
    Traffic,
)

__all__ = [
    "SETTINGS_FILE",
    "SOURCE_TABLES",
    "Check",
    "CorpusCut",
    "CorpusStatus",
    "FeatureStatus",
    "GatewayHealth",
    "ModelInUse",
    "Project",
    "ProjectStatus",
    "RetrievalEvaluation",
    "Settings",
    "SettingsState",
    "Traffic",
    "WayTried",
    "open",
    "read_settings",
    "require_shared",
    "write_answer",
    "write_project",
]
