"""`[knowledge.CORPUS]`: documents that features answer from, how they are cut and where they come from."""

from typing import Self, cast

from pydantic import field_validator, model_validator

from plimsoll.errors import InvalidRequest
from plimsoll.knowledge import PATHS, Chunking, Strategy, make_chunking
from plimsoll.project.settings.retrieval import RetrievalSettings
from plimsoll.project.settings.sources import SourceSettings
from plimsoll.project.settings.table import Name, ScheduleSpan, Table


class ChunkingSettings(Table):
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


class CorpusSettings(Table):
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
