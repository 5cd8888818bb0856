"""Full text by BM25: the one door to tantivy. `snapshot` builds and opens it, `retrieve` searches it.

Words are cut, folded and stemmed (English) in the same way when indexing and when searching. Queries are built from
words, never parsed, so that nothing in a question is read as syntax.
"""

import errno
import re
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from tantivy import Document, Filter, Index, Occur, Query, Schema, SchemaBuilder, TextAnalyzer, TextAnalyzerBuilder
from tantivy import Tokenizer as Tokenizers

_ANALYZER = "plimsoll_english"
_WRITER_BYTES = 64_000_000
_MOST_TERMS = 64
_SYSTEM_ERROR = re.compile(r"os error (?P<number>\d+)")


class IndexedText(msgspec.Struct, frozen=True):
    """A row to index."""

    row: int
    """Its number."""
    audience: int
    """Number of the audience that may read it."""
    document: int
    """Number of its document."""
    text: str
    """Its text."""


class ScoredRow(msgspec.Struct, frozen=True):
    """A row found."""

    row: int
    """Its number."""
    score: float
    """BM25, k1 = 1.2, b = 0.75."""


class Only(msgspec.Struct, frozen=True):
    """Rows to which a search is held."""

    field: Literal["audience", "document"]
    """What names them."""
    codes: list[int]
    """Its numbers; none given means no row."""


class FullText:
    """A full-text index on the disk, open for searching."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._schema = index.schema
        self._analyzer = _analyzer()
        self._analyzer_lock = threading.Lock()
        self._searcher = index.searcher()

    @classmethod
    def open(cls, folder: Path) -> "FullText":
        """Open the index in the folder. Raises ValueError where there is none or it is damaged."""
        index = Index.open(str(folder))
        index.register_tokenizer(_ANALYZER, _analyzer())
        return cls(index)

    @property
    def rows(self) -> int:
        """Return how many rows it holds."""
        return self._searcher.num_docs

    def terms(self, text: str) -> list[str]:
        """Return the distinct terms of a text, as they stand in the index; at most 64."""
        with self._analyzer_lock:  # the library refuses a second thread within one analyzer
            tokens = self._analyzer.analyze(text)
        return list(dict.fromkeys(tokens))[:_MOST_TERMS]

    def count_rows_with(self, term: str) -> int:
        """Return in how many rows the term stands."""
        return self._searcher.doc_freq("text", term)

    def search(self, terms: Iterable[str], *, only: Only | None, limit: int) -> list[ScoredRow]:
        """Return the best rows for the terms, among some or all, best first."""
        clauses = [(Occur.Should, Query.term_query(self._schema, "text", term, "freq")) for term in terms]
        if not clauses or not self.rows or not limit or (only is not None and not only.codes):
            return []
        query = Query.boolean_query(clauses)
        if only is not None:
            among = Query.const_score_query(Query.term_set_query(self._schema, only.field, only.codes), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, among)])
        hits = self._searcher.search(query, min(limit, self.rows), count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [ScoredRow(int(row or 0), float(score or 0)) for row, (score, _) in zip(rows, hits, strict=True)]


def build_full_text(folder: Path, rows: Iterable[IndexedText]) -> None:
    """Write an index of the rows into the folder, which must be empty. Raises OSError where the disk refuses."""
    try:
        _write_index(folder, rows)
    except ValueError as error:
        # The library reports every fault as a ValueError and keeps the system's number in its text only.
        number = _SYSTEM_ERROR.search(str(error))
        raise OSError(int(number["number"]) if number else errno.EIO, str(error)) from error


def _write_index(folder: Path, rows: Iterable[IndexedText]) -> None:
    index = Index(_schema(), str(folder))
    index.register_tokenizer(_ANALYZER, _analyzer())
    writer = index.writer(_WRITER_BYTES, 1)
    for row in rows:
        document = Document()
        document.add_unsigned("row", row.row)
        document.add_unsigned("audience", row.audience)
        document.add_unsigned("document", row.document)
        document.add_text("text", row.text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> Schema:
    builder = SchemaBuilder()
    builder.add_unsigned_field("row", fast=True)
    builder.add_unsigned_field("audience", indexed=True)
    builder.add_unsigned_field("document", indexed=True)
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
    return builder.build()


def _analyzer() -> TextAnalyzer:
    return (
        TextAnalyzerBuilder(Tokenizers.simple())
        .filter(Filter.remove_long(64))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stopword("english"))
        .filter(Filter.stemmer("english"))
        .build()
    )
