"""Documents, made answerable: parse, chunk, embed, index, retrieve, cite.

Features retrieve passages from a `Corpus` and check quotations with `verify_quotes`; projects ingest into it.
The table in the store is the truth; index files are derived from it and may be deleted at any time.
"""

from plimsoll.knowledge.chunking import Chunking, Strategy, make_chunking
from plimsoll.knowledge.corpus import Corpus
from plimsoll.knowledge.index.embedding import EmbeddedSpans, EmbeddedTexts, TextEmbedder, Vectors
from plimsoll.knowledge.ingestion.reports import FailedDocument, IngestProgress, IngestReport
from plimsoll.knowledge.parse import ParseLimits, known_endings
from plimsoll.knowledge.retrieval.cite import CitationCheck, ClaimedQuote, RejectedQuote, verify_quotes
from plimsoll.knowledge.retrieval.retrieve import RetrievalResult
from plimsoll.knowledge.table import CorpusStats, DocumentRow
from plimsoll.knowledge.where import Range, Where

__all__ = [
    "Chunking",
    "CitationCheck",
    "ClaimedQuote",
    "Corpus",
    "CorpusStats",
    "DocumentRow",
    "EmbeddedSpans",
    "EmbeddedTexts",
    "FailedDocument",
    "IngestProgress",
    "IngestReport",
    "ParseLimits",
    "Range",
    "RejectedQuote",
    "RetrievalResult",
    "Strategy",
    "TextEmbedder",
    "Vectors",
    "Where",
    "known_endings",
    "make_chunking",
    "verify_quotes",
]
