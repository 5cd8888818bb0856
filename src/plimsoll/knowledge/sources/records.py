"""A source of rows: one document a row, out of a JSONL or CSV file or a query, by the columns that are mapped."""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

import msgspec

from plimsoll.errors import InvalidSettings, one_of
from plimsoll.knowledge.sources.columns import is_empty, observe_columns
from plimsoll.knowledge.sources.row_values import read_metadata, read_moment, read_readers
from plimsoll.knowledge.sources.source import Listing, SourceItem, scratch_file

Row = Mapping[str, object]
"""Values by column."""
TextFormat = Literal["markdown", "text", "html"]
"""How the text of a row is written."""

_ENDINGS: dict[TextFormat, str] = {"markdown": ".md", "text": ".txt", "html": ".html"}
_MOST_NOTES = 20


class Columns(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns say what."""

    id: str
    """What names a document; the same row has the same id for ever."""
    text: str
    """Its text."""
    title: str = ""
    """Its title; empty: the text's own."""
    modified_at: str = ""
    """When it last changed."""
    readers: str = ""
    """Who may read it: a list, or names with commas between them."""
    metadata: tuple[str, ...] = ()
    """What else is kept of it, under the columns' own names."""

    def needed(self) -> list[str]:
        """Return the columns without which no row can be taken: without readers, no one could say who may read."""
        return [name for name in (self.id, self.text, self.readers) if name]

    def mapped(self) -> list[str]:
        """Return every column that is used, each once."""
        named = (self.id, self.text, self.title, self.modified_at, self.readers, *self.metadata)
        return list(dict.fromkeys(name for name in named if name))


class RowReader(Protocol):
    """Where rows come from. Called in a thread."""

    @property
    def kind(self) -> str:
        """What it is, e.g. `jsonl`."""
        ...

    def read(self) -> Sequence[Row]:
        """Return all rows. Raises SourceUnavailable, and InvalidSettings beyond the declared number of rows."""
        ...


class RecordSource:
    """Rows as documents, named `NAME#ID`."""

    def __init__(self, name: str, reader: RowReader, *, columns: Columns, text_format: TextFormat = "markdown") -> None:
        self.kind = reader.kind
        self._name = name
        self._reader = reader
        self._columns = columns
        self._ending = _ENDINGS[text_format]
        self._texts: dict[str, str] = {}

    async def list(self, *, known: Mapping[str, str], scratch: Path) -> Listing:
        """Return a document for each row that has an id, a text, and readers where those are mapped."""
        return await asyncio.to_thread(self._list)

    async def fetch(self, item: SourceItem, *, scratch: Path) -> Path:
        """Return a file with the row's text."""
        path = scratch_file(scratch, int(item.place), self._ending)
        await asyncio.to_thread(path.write_text, self._texts[item.name], encoding="utf-8")
        return path

    def _list(self) -> Listing:
        rows = self._reader.read()
        columns = observe_columns(rows, self._columns.mapped())
        if rows:
            self._refuse_missing(rows, columns)
        self._texts = {}
        items: list[SourceItem] = []
        notes: list[str] = []
        for number, row in enumerate(rows, start=1):
            try:
                items.append(self._take(number, row))
            except ValueError as error:
                notes.append(f"Row {number} of {self._name!r} was passed over: {error}.")
        return Listing(items=tuple(items), columns=columns, notes=_shortened(notes))

    def _take(self, number: int, row: Row) -> SourceItem:
        for name in self._columns.needed():
            if is_empty(row.get(name)):
                raise ValueError(f"its {name!r} is empty")
        source = f"{self._name}#{row[self._columns.id]}"
        if source in self._texts:
            raise ValueError(f"its id {row[self._columns.id]!r} was there before")
        text = str(row[self._columns.text])
        title = " ".join(str(row.get(self._columns.title) or "").split()) if self._columns.title else ""
        item = SourceItem(
            name=source,
            content_hash=hashlib.sha256(f"{title}\0{text}".encode("utf-8", "surrogatepass")).hexdigest(),
            title=title,
            readers=read_readers(row[self._columns.readers]) if self._columns.readers else (),
            metadata=read_metadata(row, self._columns.metadata),
            modified_at=read_moment(row.get(self._columns.modified_at)),
            place=str(number),
        )
        self._texts[source] = text
        return item

    def _refuse_missing(self, rows: Sequence[Row], columns: Mapping[str, object]) -> None:
        lost = [name for name in self._columns.needed() if name not in columns]
        if lost:
            there = list(dict.fromkeys(name for row in rows[:100] for name in row))
            raise InvalidSettings(
                f"The source {self._name!r} has no column {lost[0]!r}; it has {one_of(there)}.",
                next_step="Correct `columns` under its table in plimsoll.toml, or the source.",
            )


def _shortened(notes: Sequence[str]) -> tuple[str, ...]:
    rest = len(notes) - _MOST_NOTES
    return (*notes[:_MOST_NOTES], *([f"And {rest} more rows were passed over."] if rest > 0 else []))
