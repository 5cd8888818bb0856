"""What `[knowledge.NAME.sources.SOURCE]` may say: one table a kind of source. `knowledge` makes sources of them."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import check_readers
from plimsoll.project.settings.table import ScheduleSpan, Table, TimeSpan

_VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_REF = r"^[A-Za-z0-9_][A-Za-z0-9_./@{}^~-]*$"
Share = Annotated[float, Field(ge=0, le=1)]
"""A share, 0 to 1."""


def _check_readers(readers: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return check_readers(readers)
    except InvalidRequest as error:
        raise ValueError(f"{error.message.rstrip('.')}: {error.next_step}".rstrip(".")) from error


def _check_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url!r} is no address of a page: write https://… or http://…")
    if parts.username or parts.password:
        raise ValueError("an address must not hold a password")
    return url


def _number_as_float(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


Readers = Annotated[tuple[str, ...], AfterValidator(_check_readers)]
"""Who may read: `public`, `user:NAME`, `group:NAME` or `key:ID`."""
PageUrl = Annotated[str, AfterValidator(_check_url)]
"""The address of a page."""
MetadataSetting = dict[str, Annotated[bool | str | float, BeforeValidator(_number_as_float)]]
"""Values by name."""


class _SourceTable(Table):
    """What every kind of source may say."""

    readers: Readers = ("public",)
    """Who may read its documents: `public`, `user:NAME`, `group:NAME`, `key:ID`; a row's own readers come first."""
    metadata: MetadataSetting = {}
    """What is said of each of its documents; retrieval can filter on it."""
    max_age: TimeSpan | None = None
    """Age from which what it said is stale, counted from when each document was last seen there; unset: never."""
    sync_every: ScheduleSpan | None = None
    """How often a running server synchronises it; unset: as `sync_every` of its corpus says."""
    most_loss: Share = 0.3
    """Share of its documents that it may lose at once; more is held until `plimsoll knowledge confirm`."""


class FolderSettings(_SourceTable):
    """`kind = "folder"`: files of folders."""

    kind: Literal["folder"]
    """Files and folders."""
    paths: tuple[str, ...] = Field(min_length=1)
    """Files and folders, relative to the project."""


class WebSettings(_SourceTable):
    """`kind = "web"`: pages by their addresses; robots.txt is respected, links are not followed."""

    kind: Literal["web"]
    """Web pages."""
    urls: tuple[PageUrl, ...] = Field(min_length=1, max_length=10_000)
    """The pages."""
    allow_private: bool = False
    """Whether pages of this machine and of private networks may be read."""
    page_seconds: float = Field(default=30.0, gt=0, le=600)
    """Deadline of one page."""
    total_seconds: float = Field(default=900.0, gt=0, le=86_400)
    """Deadline of all pages together."""
    concurrent: int = Field(default=4, ge=1, le=32)
    """Pages asked for at once."""


class GitSettings(_SourceTable):
    """`kind = "git"`: files of a local repository at a commit; nothing is fetched from elsewhere."""

    kind: Literal["git"]
    """A git repository."""
    repository: str
    """Its folder, relative to the project."""
    ref: str = Field(default="HEAD", pattern=_REF, max_length=200)
    """Branch, tag or commit."""
    paths: tuple[str, ...] = ()
    """Folders and files within the repository; none: all."""
    fetch: bool = False
    """Whether its remote is asked for news first, with `git fetch`: the only thing that uses a network."""
    seconds: float = Field(default=120.0, gt=0, le=3_600)
    """Deadline of one git command."""


class ColumnSettings(Table):
    """Which columns of a row say what."""

    id: str
    """What names a document; a row keeps its id for ever."""
    text: str
    """Its text."""
    title: str = ""
    """Its title; empty: the text's own."""
    modified_at: str = ""
    """When it last changed: ISO 8601, or seconds or milliseconds since 1970."""
    readers: str = ""
    """Who may read it: a list, or names with commas between; a row without any is passed over."""
    metadata: tuple[str, ...] = ()
    """What else is kept of it, under the columns' names."""


class _RowsTable(_SourceTable):
    """What every kind of source of rows may say."""

    columns: ColumnSettings
    """Which columns say what."""
    text_format: Literal["markdown", "text", "html"] = "markdown"
    """How a row's text is written."""
    max_rows: int = Field(default=100_000, ge=1, le=1_000_000)
    """Most rows; more are an error, never cut."""


class RowFileSettings(_RowsTable):
    """`kind = "jsonl"` or `kind = "csv"`: a document a row of a file."""

    kind: Literal["jsonl", "csv"]
    """A file of rows: JSON lines, or CSV with a first line of names."""
    path: str
    """The file, relative to the project."""


class SqlSettings(_RowsTable):
    """`kind = "sql"`: a document a row of a query, read-only."""

    kind: Literal["sql"]
    """A query."""
    url_env: str = Field(pattern=_VARIABLE)
    """Name of the environment variable that holds the SQLAlchemy URL, `sqlite:///…` or `postgresql://…`."""
    query: str = Field(min_length=1)
    """One SELECT."""
    seconds: float = Field(default=60.0, gt=0, le=3_600)
    """Deadline of the query."""


SourceSettings = Annotated[
    FolderSettings | WebSettings | GitSettings | RowFileSettings | SqlSettings, Field(discriminator="kind")
]
"""One source, by its kind."""
SOURCE_TABLES = (FolderSettings, WebSettings, GitSettings, RowFileSettings, SqlSettings)
"""Every kind's table, for the reference."""
SOURCE_KINDS = ("folder", "web", "git", "jsonl", "csv", "sql")
"""What `kind` may be."""
