"""What is asked of the traces, and what comes back: frozen records for the console, the command line and programs."""

from datetime import datetime
from enum import StrEnum

import msgspec

from plimsoll.records import ErrorClass, Outcome, Principal, Score, ScoreSource, Span
from plimsoll.traces.short_names import shorten_name

MOST_TRACES = 500
"""The longest page of traces."""
MOST_SESSIONS = 50
"""Conversations of a list."""


class TraceOrder(StrEnum):
    """In which order traces are listed."""

    NEWEST = "newest"
    """By beginning, the youngest first."""
    SLOWEST = "slowest"
    """By duration, the longest first."""
    DEAREST = "dearest"
    """By cost, the highest first; those of unknown cost last."""


class TrafficKind(StrEnum):
    """Whose doing a trace is. Each trace is of one kind, but for `all`."""

    LIVE = "live"
    """Requests of users."""
    EVALUATION = "evaluation"
    """Cases of evaluations, replays and trials: they name a dataset."""
    JUDGING = "judging"
    """What judges were asked about answers."""
    OPERATION = "operation"
    """Plimsoll's own work: ingestions, synchronisations, searches on the bench."""
    ALL = "all"
    """All of them."""


class ScoreBound(msgspec.Struct, frozen=True, kw_only=True):
    """What a score of a trace has to be."""

    name: str
    """Name of the score."""
    sign: str
    """How it compares with the value: `<`, `<=`, `=`, `>=` or `>`."""
    value: float | None = None
    """The value; None where it is a word."""
    word: str = ""
    """`pass`, `fail`, `unknown`, or a label."""


class TraceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces to list; what is None does not narrow."""

    feature: str | None = None
    """Name of the feature that was asked."""
    outcome: Outcome | None = None
    """How the request ended."""
    error_class: ErrorClass | None = None
    """Who has to act on its failure."""
    tenant: str | None = None
    """Whose requests."""
    seen_by: str | None = None
    """Id of the principal who looks: they see what rests on documents that are not for everyone if they asked it."""
    traffic: TrafficKind | None = None
    """Whose doing; None for all."""
    since: datetime | None = None
    """Requests that began at this moment or later."""
    until: datetime | None = None
    """Requests that began at this moment or earlier."""
    variant: str | None = None
    """The variant that served it."""
    version: str | None = None
    """Hash of the configuration that served it, or how that begins."""
    model: str | None = None
    """Model of its dearest leaf call."""
    session: str | None = None
    """The conversation it belongs to."""
    subject: str | None = None
    """Who asked."""
    tag: str | None = None
    """A tag that it has."""
    service: str | None = None
    """The service that sent it."""
    kind: str | None = None
    """Kind of its root."""
    min_ms: float | None = None
    """Milliseconds that it took at least."""
    max_ms: float | None = None
    """Milliseconds that it took at most."""
    min_cost: float | None = None
    """US dollars that it cost at least; one of unknown cost is not among them."""
    max_cost: float | None = None
    """US dollars that it cost at most."""
    min_tokens: int | None = None
    """Tokens read and written at least."""
    max_tokens: int | None = None
    """Tokens read and written at most."""
    score: ScoreBound | None = None
    """A score that it was given."""
    text: str | None = None
    """Words that stand, in this order, in the name, the input, the output or the error of a step; case does not
    matter."""
    sort: TraceOrder = TraceOrder.NEWEST
    """In which order."""
    before: str | None = None
    """The last trace id of the page before this one."""
    limit: int = 50
    """Traces on a page, 1 to 500."""


class TraceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as a line of a list."""

    trace_id: str
    """Its id."""
    started_at: datetime
    """When its first step began, in UTC."""
    name: str
    """Name of the root span; of the first span known while the root has not arrived."""
    feature: str | None
    """The feature that was asked; None for traces of something else."""
    outcome: Outcome | None
    """How it ended; None while the root has not arrived: the request is under way, or its process died."""
    error_class: ErrorClass | None
    """Who has to act on its failure."""
    error: str | None
    """What went wrong, in one sentence."""
    duration_ms: float
    """From the first beginning to the last end of its spans."""
    input_tokens: int
    """Tokens read, summed over leaf model calls."""
    output_tokens: int
    """Tokens written, summed over leaf model calls."""
    cost_usd: float | None
    """Cost summed over leaf model calls; None when the price of any of them is unknown, 0 when there were none."""
    tenant: str
    """Whose request it was."""
    subject: str | None
    """Id of the principal who asked."""
    input_text: str | None
    """The input, as JSON text, redacted and cut."""
    output_text: str | None
    """The output, as JSON text, redacted and cut."""
    span_count: int
    """Spans stored for it."""
    dataset: str | None = None
    """The dataset whose case it was; None for the request of a user."""
    is_closed: bool = False
    """Whether it rests on documents that not everyone of the tenant may read."""
    kind: str | None = None
    """Kind of the root: `request`, `model`, …; None when it says none."""
    has_root: bool = True
    """Whether the root has arrived."""
    session: str | None = None
    """Id of the conversation it belongs to."""
    variant: str | None = None
    """The variant of the feature that served it."""
    version: str | None = None
    """Hash of the configuration that served it."""
    release: str | None = None
    """The release that served it."""
    service: str | None = None
    """The service that sent it; None for Plimsoll's own."""
    tags: tuple[str, ...] = ()
    """Its tags, sorted."""
    prompt_hash: str | None = None
    """Hash of the prompt's file."""
    model: str | None = None
    """Model of its dearest leaf call."""
    cached_tokens: int = 0
    """Tokens read from a provider's cache: a part of `input_tokens`."""
    reasoning_tokens: int = 0
    """Tokens spent on reasoning: a part of `output_tokens`."""
    unpriced: int = 0
    """Leaf model calls whose price is unknown."""
    inclusion: float = 1.0
    """Chance with which it is here, its sender's and this project's sampling together, above 0 up to 1."""
    is_settled: bool = True
    """False while a trace of more than 2,000 spans grows: its figures are a few seconds old."""
    withheld: str = ""
    """Why nothing but its figures is shown to this reader; empty where all of it is."""

    def is_for(self, caller: Principal) -> bool:
        """Tell whether the caller may see it: of their tenant, and open to all of it or asked by themselves."""
        return self.tenant == caller.tenant and (not self.is_closed or self.subject == shorten_name(caller.id))


class AlikeScores(msgspec.Struct, frozen=True, kw_only=True):
    """Scores that say the same of as many traces."""

    name: str
    """Name of the scorer."""
    source: ScoreSource
    """What kind of judge gave them."""
    version: str
    """The version of the judge; empty where none is known."""
    passed: bool | None
    """Whether the traces passed; None where they could not tell."""
    inclusion: float
    """The chance with which each of the traces was drawn."""
    count: int
    """How many scores these are."""
    cost_usd: float | None
    """What they cost together; None when a price is unknown."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation, as a line of a list."""

    id: str
    """Its id, as whoever asked named it."""
    turns: int
    """Requests of it that are kept."""
    first_at: datetime
    """When its first turn began, in UTC."""
    last_at: datetime
    """When its last turn began."""
    subject: str | None
    """Who asked."""
    failed: int
    """Turns that failed."""
    scored: int
    """Scores of its latest turns that say whether these passed."""
    pass_rate: float | None
    """Which share of these scores passed, 0 to 1; None where there are none."""
    cost_usd: float | None
    """What it cost; None when a price is unknown."""


class TracePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the list."""

    traces: list[TraceSummary]
    """The traces."""
    reached: datetime | None = None
    """When the time for a search was up: the beginning down to which it looked; None when the page is whole."""


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """One request with its steps."""

    summary: TraceSummary
    """The request as a whole."""
    spans: tuple[Span, ...]
    """Its steps, by beginning."""
    omitted_spans: int
    """Steps beyond the first 5,000, which are stored but not in `spans`."""
    scores: tuple[Score, ...] = ()
    """What scorers and people said of it, oldest first."""


class CaptureHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How writing traces goes."""

    dropped: int
    """Spans lost since the start: the queue was full, the database refused the row, or the trace was not theirs."""
    pending: int
    """Spans that wait to be written."""
    last_error: str | None
    """Why the last write failed; None once one has succeeded again."""
    turned_away: int = 0
    """Spans of other programs that were not taken for want of room or of a database; their senders were told."""
