"""`[traces]`: what is kept of each request, for how long, and where it is sent as well."""

from typing import Annotated, Literal

from pydantic import Field

from plimsoll.project.settings.table import Table
from plimsoll.text import KINDS, Kind


class TraceExportSettings(Table):
    """`[traces.export]`: where Plimsoll's own traces are sent as well, by OTLP/HTTP."""

    endpoint: str = ""
    """Address of a receiver, e.g. `https://collector.example.com:4318`; `/v1/traces` is added unless it ends so. Empty:
    nothing is sent."""
    headers: dict[str, str] = {}
    """Headers of each request: their names, and the environment variables that hold their values."""
    content: bool = False
    """Whether inputs, outputs and other texts go out, redacted as they are stored, with who asked; else only facts."""


class SamplingSettings(Table):
    """`[traces.sampling]`: which share of traces stays. What failed or was scored stays, and so do evaluations."""

    rate: float = Field(default=1.0, gt=0, le=1)
    """Share of the traces that stays, drawn by the trace's id; figures count all of them."""
    features: dict[str, Annotated[float, Field(gt=0, le=1)]] = {}
    """The same by feature, e.g. `{ docs_answer = 0.1 }`."""
    slow_ms: float = Field(default=0.0, ge=0)
    """Traces that took as long all stay; 0: none for that."""


class TraceSettings(Table):
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
