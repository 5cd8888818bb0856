"""Makes sources of what `plimsoll.toml` declares for a corpus. Nothing is read or contacted here."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from plimsoll.errors import SourceUnavailable
from plimsoll.knowledge import (
    Columns,
    DeclaredSource,
    FolderSource,
    GitSource,
    RecordSource,
    RowFile,
    RowQuery,
    Source,
    WebLimits,
    WebSource,
)
from plimsoll.project.settings import CorpusSettings
from plimsoll.project.settings.sources import (
    FolderSettings,
    GitSettings,
    RowFileSettings,
    SourceSettings,
    SqlSettings,
    WebSettings,
)
from plimsoll.records import Secret


def declare_sources(
    corpus: CorpusSettings, *, root: Path, environ: Mapping[str, str], max_file_bytes: int
) -> list[DeclaredSource]:
    """Return the corpus's sources: its `paths` first, unless only sources are declared."""
    declared: list[DeclaredSource] = []
    if corpus.reads_paths():
        declared.append(DeclaredSource(name="", source=FolderSource(corpus.paths, root=root)))
    for name, settings in corpus.sources.items():
        made = _make(name, settings, root=root, environ=environ, max_file_bytes=max_file_bytes)
        declared.append(
            DeclaredSource(
                name=name,
                source=made,
                readers=settings.readers,
                metadata=dict(settings.metadata),
                max_age=settings.max_age,
                most_loss=settings.most_loss,
            )
        )
    return declared


def _make(
    name: str, settings: SourceSettings, *, root: Path, environ: Mapping[str, str], max_file_bytes: int
) -> Source:
    match settings:
        case FolderSettings():
            return FolderSource(settings.paths, root=root)
        case WebSettings():
            limits = WebLimits(
                page_bytes=max_file_bytes,
                page_seconds=settings.page_seconds,
                total_seconds=settings.total_seconds,
                concurrent=settings.concurrent,
                allow_private=settings.allow_private,
            )
            return WebSource(settings.urls, limits=limits)
        case GitSettings():
            return GitSource(
                name,
                root / settings.repository,
                ref=settings.ref,
                paths=settings.paths,
                fetches=settings.fetch,
                seconds=settings.seconds,
            )
        case RowFileSettings():
            file = RowFile(root / settings.path, kind=settings.kind, most_rows=settings.max_rows)
            return _records(name, file, settings)
        case SqlSettings():
            find_url = partial(_read_url, name, settings.url_env, environ)
            query = RowQuery(settings.query, url=find_url, most_rows=settings.max_rows, seconds=settings.seconds)
            return _records(name, query, settings)


def _records(name: str, rows: RowFile | RowQuery, settings: RowFileSettings | SqlSettings) -> RecordSource:
    wanted = settings.columns
    columns = Columns(
        id=wanted.id,
        text=wanted.text,
        title=wanted.title,
        modified_at=wanted.modified_at,
        readers=wanted.readers,
        metadata=wanted.metadata,
    )
    return RecordSource(name, rows, columns=columns, text_format=settings.text_format)


def _read_url(source: str, variable: str, environ: Mapping[str, str]) -> Secret:
    if not environ.get(variable):
        raise SourceUnavailable(
            f"The source {source!r} finds no database: ${variable} is not set.",
            next_step=f"Set {variable} to a SQLAlchemy URL, e.g. postgresql://user:password@host:5432/name.",
        )
    return Secret(environ[variable])
