"""Documents, made answerable: parse, chunk, embed, index, retrieve, cite.

Features retrieve passages from a `Corpus` and check quotations with `verify_quotes`; projects ingest into it.
The table in the store is the truth; index files are derived from it and may be deleted at any time.
"""

from plimsoll.knowledge.audit.audit import AuditedTexts, AuditSurroundings, audit_corpus, read_audited_texts
from plimsoll.knowledge.audit.findings import SEVERITIES, AuditFinding, AuditReport, FindingKind, Severity
from plimsoll.knowledge.chunking import Chunking, Strategy, make_chunking
from plimsoll.knowledge.corpus import Corpus, CorpusOptions
from plimsoll.knowledge.index.embedding import EmbeddedSpans, EmbeddedTexts, TextEmbedder, Vectors
from plimsoll.knowledge.ingestion.reports import FailedDocument, IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.parse import ParseLimits, known_endings
from plimsoll.knowledge.readers import check_readers
from plimsoll.knowledge.retrieval.cite import CitationCheck, ClaimedQuote, RejectedQuote, verify_quotes
from plimsoll.knowledge.retrieval.freshness import describe_age
from plimsoll.knowledge.retrieval.plan import Order, RetrievalPlan, Widen, change_plan, mistake_in
from plimsoll.knowledge.retrieval.rerank import LocalReranker, ProviderReranker, Reranker
from plimsoll.knowledge.retrieval.result import Degradation, Finding, LeftOut, RetrievalResult, Step
from plimsoll.knowledge.retrieval.rewriting import ModelRewriter, Rewriter
from plimsoll.knowledge.sources.folder import FolderSource
from plimsoll.knowledge.sources.git import GitSource
from plimsoll.knowledge.sources.records import Columns, RecordSource
from plimsoll.knowledge.sources.row_files import RowFile
from plimsoll.knowledge.sources.row_query import RowQuery
from plimsoll.knowledge.sources.source import PATHS, DeclaredSource, Listing, Source, SourceItem
from plimsoll.knowledge.sources.state import SourceState
from plimsoll.knowledge.sources.web import WebSource
from plimsoll.knowledge.sources.web_client import WebLimits
from plimsoll.knowledge.table import CorpusStats, DocumentRow
from plimsoll.knowledge.tables.chunk_sizes import ChunkSize
from plimsoll.knowledge.where import Range, Where

__all__ = [
    "PATHS",
    "SEVERITIES",
    "AuditFinding",
    "AuditReport",
    "AuditSurroundings",
    "AuditedTexts",
    "ChunkSize",
    "Chunking",
    "CitationCheck",
    "ClaimedQuote",
    "Columns",
    "Corpus",
    "CorpusOptions",
    "CorpusStats",
    "DeclaredSource",
    "Degradation",
    "DocumentRow",
    "EmbeddedSpans",
    "EmbeddedTexts",
    "FailedDocument",
    "Finding",
    "FindingKind",
    "FolderSource",
    "GitSource",
    "IngestProgress",
    "IngestReport",
    "LeftOut",
    "Listing",
    "LocalReranker",
    "ModelRewriter",
    "Order",
    "ParseLimits",
    "ProviderReranker",
    "Range",
    "RecordSource",
    "RejectedQuote",
    "Reranker",
    "RetrievalPlan",
    "RetrievalResult",
    "Rewriter",
    "RowFile",
    "RowQuery",
    "Severity",
    "Source",
    "SourceItem",
    "SourceState",
    "Step",
    "Strategy",
    "SyncReport",
    "TextEmbedder",
    "Vectors",
    "WebLimits",
    "WebSource",
    "Where",
    "Widen",
    "audit_corpus",
    "change_plan",
    "check_readers",
    "describe_age",
    "known_endings",
    "make_chunking",
    "mistake_in",
    "read_audited_texts",
    "verify_quotes",
]
