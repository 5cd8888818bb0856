"""What `plimsoll.toml` may say, and what it means when it says nothing.

`read_settings` is the only reader. It names the file, the line, the key and the allowed values of every mistake.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from plimsoll.errors import InvalidSettings, NoProject
from plimsoll.project.mistakes import describe_mistake

SETTINGS_FILE = "plimsoll.toml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A name: a lower-case letter, then letters, digits and `_`, 63 characters at most."""


class _Table(BaseModel):
    """A table of `plimsoll.toml`: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class ProjectSettings(_Table):
    """`[project]`: what the project is called and how it starts."""

    name: str = "project"
    """Name of the project, shown in the console."""
    default_feature: str = "docs_answer"
    """The feature that `plimsoll ask` and the console's question box use."""


class StorageSettings(_Table):
    """`[storage]`: where state and traces are kept."""

    folder: str = ".plimsoll"
    """Folder for databases, indexes and blobs, relative to the project."""
    url: str = ""
    """SQLAlchemy URL of a PostgreSQL database; empty: SQLite files in `folder`. May name `$VARIABLES`."""


class ProviderSettings(_Table):
    """`[providers.NAME]`: a model server that speaks the OpenAI wire."""

    base_url: str
    """Address up to and including `/v1`, e.g. `http://127.0.0.1:11434/v1`."""
    api_key_env: str = ""
    """Name of the environment variable that holds the key; empty: no key is sent."""


class ModelSettings(_Table):
    """`[models.ALIAS]`: which model a name stands for."""

    model: str = "auto"
    """`provider/model`; `plimsoll/reader` is the embedded reader; `auto` takes the first provider that the environment
    has a key for, else the embedded reader."""
    input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens in US dollars; without it the cost of a call is unknown, never zero."""
    output_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million output tokens in US dollars."""


class CorpusSettings(_Table):
    """`[knowledge.CORPUS]`: documents that features answer from."""

    paths: tuple[str, ...] = ("documents",)
    """Files and folders, relative to the project, that `plimsoll ingest` reads when it is given none."""


class ServerSettings(_Table):
    """`[server]`: where and how Plimsoll listens."""

    host: str = "127.0.0.1"
    """Address to listen on; any other than loopback needs an access key first."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    allowed_hosts: tuple[str, ...] = ()
    """Further names under which browsers may reach the server, e.g. `ai.example.com`."""


class LimitSettings(_Table):
    """`[limits]`: bounds that keep one request or document from taking everything."""

    max_file_mb: int = Field(default=50, ge=1, le=1000)
    """Largest document that is read, in megabytes."""
    max_body_mb: int = Field(default=60, ge=1, le=1000)
    """Largest request body that the server takes, in megabytes."""
    request_seconds: float = Field(default=60.0, gt=0, le=600)
    """Deadline of one request to a feature, in seconds."""
    concurrent_requests: int = Field(default=64, ge=1, le=10_000)
    """Requests that the server works on at once; more are answered with 429."""


class TraceSettings(_Table):
    """`[traces]`: what is kept of each request."""

    keep_days: int = Field(default=30, ge=1, le=3650)
    """Days after which a trace is deleted."""
    content: Literal["redacted", "off"] = "redacted"
    """`redacted` keeps inputs and outputs without secrets; `off` keeps none."""


class Settings(_Table):
    """Everything `plimsoll.toml` may say."""

    project: ProjectSettings = ProjectSettings()
    """What the project is called and how it starts."""
    storage: StorageSettings = StorageSettings()
    """Where state and traces are kept."""
    providers: dict[Name, ProviderSettings] = {}
    """Model servers, by name."""
    models: dict[Name, ModelSettings] = {"default": ModelSettings()}
    """Models, by the alias that features use."""
    knowledge: dict[Name, CorpusSettings] = {"docs": CorpusSettings()}
    """Corpora, by name."""
    server: ServerSettings = ServerSettings()
    """Where and how Plimsoll listens."""
    limits: LimitSettings = LimitSettings()
    """Bounds on sizes, times and numbers."""
    traces: TraceSettings = TraceSettings()
    """What is kept of each request."""

    @model_validator(mode="after")
    def _has_default_model(self) -> Self:
        if "default" in self.models:
            return self
        raise ValueError("the alias 'default' is missing: add [models.default]")


def read_settings(folder: Path) -> Settings:
    """Read the settings of the project in the folder.

    Raises:
        NoProject: the folder holds no `plimsoll.toml`.
        InvalidSettings: the file cannot be used; the message names file, line, key and allowed values.

    """
    path = folder / SETTINGS_FILE
    text = _read_text(path)
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path}: {error}.", next_step="Correct the line and run the command again.") from error
    except ValidationError as error:
        message = describe_mistake(error.errors()[0], text, path, model=Settings)
        raise InvalidSettings(message, next_step="See docs/reference/settings.md.") from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NoProject(
            f"There is no {SETTINGS_FILE} in {str(path.parent.resolve())!r}.",
            next_step="Make a project with `plimsoll init my-project`, or change to a project's folder.",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{path} is not UTF-8 text.", next_step="Save it as UTF-8.") from error
    except OSError as error:
        raise InvalidSettings(
            f"{path} cannot be read: {error.strerror}.", next_step="Check its permissions."
        ) from error
