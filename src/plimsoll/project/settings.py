"""What `plimsoll.toml` may say, and what it means when it says nothing.

`read_settings` is the only reader. It names the file, the line, the key and the allowed values of every mistake.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, cast

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from plimsoll.errors import InvalidRequest, InvalidSettings, NoProject
from plimsoll.knowledge import PATHS, Chunking, Strategy, make_chunking
from plimsoll.project.mistakes import describe_mistake
from plimsoll.project.retrieval_settings import RetrievalSettings
from plimsoll.project.source_settings import SourceSettings
from plimsoll.project.toml_table import TABLE_CONFIG, ScheduleSpan
from plimsoll.text import KINDS, Kind

SETTINGS_FILE = "plimsoll.toml"

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A name: a lower-case letter, then letters, digits and `_`, 63 characters at most."""
ModelName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$")]
"""A model's name, such as programs already ask for: no `/`, since that parts a provider from its model."""


class _Table(BaseModel):
    """A table of `plimsoll.toml`."""

    model_config = TABLE_CONFIG


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
    """`[providers.NAME]`: a model server."""

    base_url: str
    """Address up to and including `/v1`, e.g. `http://127.0.0.1:11434/v1`."""
    api_key_env: str = ""
    """Name of the environment variable that holds the key; empty: no key is sent."""
    wire: Literal["openai", "anthropic"] = "openai"
    """What the server speaks: OpenAI's chat completions, or Anthropic's messages."""
    responses: bool = False
    """Whether an OpenAI-compatible server has `/responses` itself; else such requests are translated."""
    connections: int = Field(default=1_000, ge=1, le=100_000)
    """Most connections to it at once; further calls wait."""


class TargetSettings(_Table):
    """One of several models behind an alias."""

    model: str
    """`provider/model`."""
    weight: float = Field(default=1.0, ge=0)
    """Share of the calls, where `balance = "weighted"`."""
    input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens in US dollars; unset: the published price, where there is one."""
    output_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million output tokens in US dollars."""
    cached_input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider reads from its cache."""
    cache_write_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider writes to its cache."""


class TimeoutSettings(_Table):
    """`[models.ALIAS.timeouts]`: how long each part of a call may take, in seconds."""

    connect_seconds: float = Field(default=5.0, gt=0)
    """Until a connection to the provider stands."""
    first_token_seconds: float = Field(default=120.0, gt=0)
    """Until a stream's first event with content."""
    between_chunks_seconds: float = Field(default=60.0, gt=0)
    """Between two reads of a stream."""
    attempt_seconds: float = Field(default=300.0, gt=0)
    """One attempt at one target; of a stream, until its first token."""
    total_seconds: float = Field(default=600.0, gt=0)
    """The whole call: every attempt, every wait, every chunk."""


class BreakerSettings(_Table):
    """`[models.ALIAS.breaker]`: when a target that fails is left alone."""

    failures: int = Field(default=5, ge=1)
    """Failures in a row, within the window, after which it is asked no more."""
    within_seconds: float = Field(default=60.0, gt=0)
    """The window: an older failure no longer counts."""
    cool_down_seconds: float = Field(default=15.0, gt=0)
    """How long it is left alone; then one probe is sent each cool-down until one succeeds."""


class ModelSettings(_Table):
    """`[models.ALIAS]`: which models a name stands for, and how their calls are made."""

    model: str = "auto"
    """`provider/model`; `plimsoll/reader` is the embedded reader; `auto` takes the first provider that the environment
    has a key for, else the embedded reader."""
    targets: tuple[TargetSettings, ...] = ()
    """Several models that stand in for each other, in place of `model`."""
    balance: Literal["in_order", "weighted", "least_latency"] = "in_order"
    """Which target is asked first; the others follow when it fails."""
    fall_back: tuple[str, ...] = ()
    """Aliases or `provider/model` to ask when every target has failed, or its answer was rejected, in this order."""
    retries: int = Field(default=2, ge=0, le=10)
    """Further attempts at the same target after a failure that may pass."""
    first_wait_seconds: float = Field(default=0.2, ge=0, le=60)
    """Longest wait before the first retry; it doubles with each, and the true wait is drawn below it."""
    longest_wait_seconds: float = Field(default=8.0, ge=0, le=600)
    """Longest wait before any retry; a `Retry-After` beyond it falls over at once."""
    mid_stream: Literal["fail", "restart", "resume"] = "fail"
    """When a stream breaks after its first token: end it with an error, begin anew, or go on at the next target."""
    escalate: bool = True
    """Whether an answer that a feature rejects is asked of the next target."""
    cache_seconds: float = Field(default=0.0, ge=0)
    """How long an identical request of the same tenant is answered from the cache; 0: never."""
    semantic_cache_seconds: float = Field(default=0.0, ge=0)
    """How long a question that means the same, of the same tenant and feature and with all else equal, is answered from
    the cache; 0: never. About one answer in a hundred is then another question's: see docs/design/gateway.md."""
    semantic_threshold: float = Field(default=0.93, ge=0.5, le=1)
    """Least cosine between two questions that may share an answer."""
    coalesce: bool = False
    """Whether identical calls in flight of one tenant share one call of the model."""
    max_output_tokens: int | None = Field(default=None, ge=1)
    """Most tokens to write; set on requests that ask for more or for no limit."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Most calls a minute of all callers together."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    """Most tokens a minute of all callers together."""
    concurrent: int | None = Field(default=None, ge=1)
    """Most calls at once of all callers together."""
    input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens in US dollars; unset: the published price where the provider is known, else the
    cost of a call is unknown, never zero."""
    output_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million output tokens in US dollars."""
    cached_input_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider reads from its cache; unset: the full input price."""
    cache_write_usd_per_million: float | None = Field(default=None, ge=0)
    """Price of a million input tokens that the provider writes to its cache; unset: the full input price."""
    timeouts: TimeoutSettings = TimeoutSettings()
    """How long each part of a call may take."""
    breaker: BreakerSettings = BreakerSettings()
    """When a target that fails is left alone."""


class GatewaySettings(_Table):
    """`[gateway]`: what the calls of all models share."""

    redis_url: str = ""
    """Redis that limits and caches are kept in, shared by all processes; may name `$VARIABLES`. Empty: they are kept in
    this process, which must then be the only one."""
    when_redis_is_down: Literal["fail_closed", "fail_open"] = "fail_closed"
    """Whether calls that a limit applies to are refused, or let through unchecked, while Redis cannot be reached."""


class ChunkingSettings(_Table):
    """How the documents of a corpus are cut; a string names the strategy alone. Numbers have its own defaults."""

    strategy: Strategy = "headings"
    """How documents are cut: see docs/guides/chunking.md."""
    tokens: int | None = None
    """Tokens that a chunk aims at; all strategies but `sentence_window`."""
    overlap: int | None = None
    """What a chunk repeats of the one before: tokens of `fixed`, sentences of `sentence_window`."""
    sentences: int | None = None
    """Sentences of a chunk of `sentence_window`."""
    parent_tokens: int | None = None
    """Tokens that a parent of `parent_child` aims at."""
    context: bool = True
    """Whether title and headings are put before the text for embedding and full-text search."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, given: object) -> object:
        if isinstance(given, str):
            return {"strategy": given}
        if not isinstance(given, dict | cls):
            raise ValueError('it must be the name of a strategy or a table, e.g. { strategy = "fixed", tokens = 200 }')  # noqa: TRY004
        return cast("object", given)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        try:
            self.made()
        except InvalidRequest as error:
            raise ValueError(f"{error.message} {error.next_step}".removesuffix(".")) from error
        return self

    def made(self) -> Chunking:
        """Return the strategy with all its numbers."""
        numbers = {
            "tokens": self.tokens,
            "overlap": self.overlap,
            "sentences": self.sentences,
            "parent_tokens": self.parent_tokens,
        }
        given = {name: number for name, number in numbers.items() if number is not None}
        return make_chunking(self.strategy, given, context=self.context)


class CorpusSettings(_Table):
    """`[knowledge.CORPUS]`: documents that features answer from."""

    paths: tuple[str, ...] = ("documents",)
    """Files and folders, relative to the project, that `plimsoll ingest` reads when it is given none."""
    embedding: str = "plimsoll/minilm"
    """The model that a new corpus is embedded with: `plimsoll/minilm`, the folder of a model (`./models/NAME`), or a
    provider's model by alias or `PROVIDER/MODEL`. One that has documents changes it by `plimsoll knowledge migrate`."""
    chunking: ChunkingSettings = ChunkingSettings()
    """How documents are cut: a strategy's name, or a table of strategy and numbers."""
    retrieval: RetrievalSettings = RetrievalSettings()
    """How questions are answered from it, where a feature says nothing else."""
    sync_every: ScheduleSpan | None = None
    """How often a running server synchronises `paths`, and each source that says nothing else; unset: never."""
    audit_every: ScheduleSpan | None = None
    """How often a running server audits it and keeps the report; unset: never."""
    sources: dict[Name, SourceSettings] = {}
    """Where documents come from beside `paths`, by name; see the tables of each kind below."""

    @field_validator("sources")
    @classmethod
    def _refuse_reserved(cls, sources: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
        if PATHS in sources:
            raise ValueError(f"{PATHS!r} is what `paths` is called; name the source otherwise")
        return sources

    def reads_paths(self) -> bool:
        """Tell whether `paths` is one of its sources: unless only others are declared."""
        return "paths" in self.model_fields_set or not self.sources


class ServerSettings(_Table):
    """`[server]`: where and how Plimsoll listens."""

    host: str = "127.0.0.1"
    """Address to listen on; any other than loopback needs an access key first."""
    port: int = Field(default=8000, ge=1, le=65535)
    """Port to listen on."""
    workers: int = Field(default=1, ge=1, le=64)
    """Processes that serve; more than one needs `[gateway] redis_url`, since limits would multiply."""
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
    concurrent_calls: int = Field(default=1_000, ge=1, le=100_000)
    """Calls of models through `/v1` at once; more are answered with 429."""
    concurrent_requests: int = Field(default=64, ge=1, le=10_000)
    """Requests that the server works on at once; more are answered with 429."""


class TraceExportSettings(_Table):
    """`[traces.export]`: where Plimsoll's own traces are sent as well, by OTLP/HTTP."""

    endpoint: str = ""
    """Address of a receiver, e.g. `https://collector.example.com:4318`; `/v1/traces` is added unless it ends so. Empty:
    nothing is sent."""
    headers: dict[str, str] = {}
    """Headers of each request: their names, and the environment variables that hold their values."""
    content: bool = False
    """Whether inputs, outputs and other texts go out, redacted as they are stored, with who asked; else only facts."""


class SamplingSettings(_Table):
    """`[traces.sampling]`: which share of traces stays. What failed or was scored stays, and so do evaluations."""

    rate: float = Field(default=1.0, gt=0, le=1)
    """Share of the traces that stays, drawn by the trace's id; figures count all of them."""
    features: dict[str, Annotated[float, Field(gt=0, le=1)]] = {}
    """The same by feature, e.g. `{ docs_answer = 0.1 }`."""
    slow_ms: float = Field(default=0.0, ge=0)
    """Traces that took as long all stay; 0: none for that."""


class TraceSettings(_Table):
    """`[traces]`: what is kept of each request."""

    keep_days: int = Field(default=30, ge=1, le=3650)
    """Days after which a trace is deleted."""
    keep_marked_days: int = Field(default=0, ge=0, le=3650)
    """The same for cases of evaluations and traces with a score, where it is more than `keep_days`."""
    keep_figures_days: int = Field(default=400, ge=1, le=3650)
    """Days after which counts, percentiles, cost and quality by minute, hour and day are deleted."""
    keep_gb: float = Field(default=0.0, ge=0, le=100_000)
    """Gigabytes that traces may take: beyond, the oldest are deleted, marked ones last; 0: no such bound."""
    content: Literal["full", "redacted", "none"] = "redacted"
    """`redacted` keeps inputs and outputs without what `redact` names, `full` as they are; `none` keeps none."""
    redact: tuple[Kind, ...] = KINDS
    """What is taken out of every text before it is stored; see docs/guides/privacy.md."""
    redact_with: str = ""
    """A function of your own, `FILE.py:FUNCTION` in the project, that gets each text after that and returns it without
    what must not be stored."""
    export: TraceExportSettings = TraceExportSettings()
    """Where traces are sent as well."""
    sampling: SamplingSettings = SamplingSettings()
    """Which share of traces stays."""
    pseudonym_key_env: str = ""
    """Name of the environment variable with a key: marks then tell equal values apart from others (`[email:3f9c02ab]`),
    without telling the value. Empty: marks are all alike."""


class SpendSettings(_Table):
    """`[spend]`: what is kept of what models cost."""

    keep_days: int = Field(default=90, ge=1, le=3650)
    """Days after which an entry of the ledger is deleted; totals by day stay."""


class Settings(_Table):
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
