"""What `plimsoll.toml` may say, read once and frozen: a file a table, or a few that belong together."""

from plimsoll.project.settings.file import SETTINGS_FILE, read_settings
from plimsoll.project.settings.knowledge import CorpusSettings
from plimsoll.project.settings.models import GatewaySettings, ModelSettings, ProviderSettings, TargetSettings
from plimsoll.project.settings.settings import Settings
from plimsoll.project.settings.sources import SOURCE_TABLES
from plimsoll.project.settings.table import read_time_span
from plimsoll.project.settings.traces import TraceExportSettings, TraceSettings

__all__ = [
    "SETTINGS_FILE",
    "SOURCE_TABLES",
    "CorpusSettings",
    "GatewaySettings",
    "ModelSettings",
    "ProviderSettings",
    "Settings",
    "TargetSettings",
    "TraceExportSettings",
    "TraceSettings",
    "read_settings",
    "read_time_span",
]
