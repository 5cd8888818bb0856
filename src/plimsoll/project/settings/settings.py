"""What `plimsoll.toml` may say, and what it means when it says nothing."""

from typing import Annotated

from pydantic import Field

from plimsoll.project.settings.knowledge import CorpusSettings
from plimsoll.project.settings.models import GatewaySettings, ModelSettings, ProviderSettings
from plimsoll.project.settings.table import Name, Table
from plimsoll.project.settings.traces import TraceSettings

ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
"""A model's name, such as programs already ask for: no `/`, since that parts a provider from its model."""


class ProjectSettings(Table):
    """`[project]`: what the project is called and how it starts."""

    name: str = "project"
    """Name of the project, shown in the console."""
    default_feature: str = "docs_answer"
    """The feature that `plimsoll ask` and the console's question box use."""


class StorageSettings(Table):
    """`[storage]`: where state and traces are kept."""

    folder: str = ".plimsoll"
    """Folder for databases, indexes and blobs, relative to the project."""
    url: str = ""
    """SQLAlchemy URL of a PostgreSQL database; empty: SQLite files in `folder`. May name `$VARIABLES`."""


class ServerSettings(Table):
    """`[server]`: where and how Plimsoll listens."""

    host: str = "127.0.0.1"
    """Address to listen on; any other than loopback needs an access key first."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve; more than one needs `[gateway] redis_url`, since limits would multiply."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which browsers may reach the server, e.g. `ai.example.com`."""


class LimitSettings(Table):
    """`[limits]`: bounds that keep one request or document from taking everything."""

    max_file_mb: int = Field(default=50, ge=1, le=1000)
    """Largest document that is read, in megabytes."""
    max_body_mb: int = Field(default=60, ge=1, le=1000)
    """Largest request body that the server takes, in megabytes."""
    request_seconds: float = Field(default=60.0, gt=0, le=600)
    """Deadline of one request to a feature, in seconds."""
    concurrent_calls: int = Field(default=1_000, ge=1, le=100_000)
    """Calls of models through `/v1` at once; more are answered with 429."""
    concurrent_requests: int = Field(default=64, ge=1, le=10_000)
    """Requests that the server works on at once; more are answered with 429."""


class SpendSettings(Table):
    """`[spend]`: what is kept of what models cost."""

    keep_days: int = Field(default=90, ge=1, le=3650)
    """Days after which an entry of the ledger is deleted; totals by day stay."""


class Settings(Table):
    """Everything `plimsoll.toml` may say."""

    project: ProjectSettings = ProjectSettings()
    """What the project is called and how it starts."""
    storage: StorageSettings = StorageSettings()
    """Where state and traces are kept."""
    providers: dict[Name, ProviderSettings] = {}
    """Model servers, by name."""
    models: dict[ModelName, ModelSettings] = {"default": ModelSettings()}
    """Models, by the alias that features use."""
    gateway: GatewaySettings = GatewaySettings()
    """What the calls of all models share."""
    knowledge: dict[Name, CorpusSettings] = {"docs": CorpusSettings()}
    """Corpora, by name."""
    server: ServerSettings = ServerSettings()
    """Where and how Plimsoll listens."""
    limits: LimitSettings = LimitSettings()
    """Bounds on sizes, times and numbers."""
    spend: SpendSettings = SpendSettings()
    """What is kept of what models cost."""
    traces: TraceSettings = TraceSettings()
    """What is kept of each request."""
