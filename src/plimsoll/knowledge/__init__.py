"""Documents, made answerable: parse, chunk, embed, index, retrieve, cite.

Features retrieve passages from a `Corpus` and check quotations with `verify_quotes`; projects ingest into it.
The table in the store is the truth; index files are derived from it and may be deleted at any time.
"""

from plimsoll.knowledge.audit.audit import AuditSurroundings, audit_corpus
from plimsoll.knowledge.audit.findings import (
    SEVERITIES,
    AuditFinding,
    AuditReport,
    FindingKind,
    Severity,
    describe_counts,
)
from plimsoll.knowledge.audit.index_files import IndexFiles, look_at_index
from plimsoll.knowledge.audit.keeping import KeptReport, keep_report, last_audit, read_kept
from plimsoll.knowledge.audit.reading import AuditedTexts, read_audited_texts
from plimsoll.knowledge.browsing import (
    Ages,
    DocumentPage,
    DocumentText,
    ListedDocument,
    browse_documents,
    count_documents,
    filter_documents,
    find_readable,
    identify_content,
    measure_corpus,
    read_document,
)
from plimsoll.knowledge.chunking import Chunking, Strategy, make_chunking
from plimsoll.knowledge.corpus import Corpus, CorpusOptions
from plimsoll.knowledge.fitting.answer_fit import AnswerFit, LabelledSignals, fit_answerability
from plimsoll.knowledge.fitting.mix_fit import LabelledLegs, MixFit, fit_mix
from plimsoll.knowledge.index.embedding import EmbeddedSpans, EmbeddedTexts, TextEmbedder, Vectors
from plimsoll.knowledge.index.provider_embedder import ProviderEmbedder, ask_dimensions
from plimsoll.knowledge.index.published import read_published
from plimsoll.knowledge.index.serving import LoadEmbedder
from plimsoll.knowledge.index.snapshot import Manifest
from plimsoll.knowledge.ingestion.reports import FailedDocument, IngestProgress, IngestReport, SyncReport
from plimsoll.knowledge.migration import (
    KeptComparison,
    Migration,
    MigrationReport,
    MigrationState,
    UnembeddedCount,
    read_embedding_state,
)
from plimsoll.knowledge.parse import ParseLimits, known_endings
from plimsoll.knowledge.readers import check_readers, may_read
from plimsoll.knowledge.retrieval.answerability import AnswerSignals, AnswerWeights
from plimsoll.knowledge.retrieval.cite import CitationCheck, ClaimedQuote, RejectedQuote, verify_quotes
from plimsoll.knowledge.retrieval.fitted import FINGERPRINT_SHOWN, FittedRetrieval, UsableConstants
from plimsoll.knowledge.retrieval.freshness import describe_age
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX, LegMix
from plimsoll.knowledge.retrieval.plan import Order, RetrievalPlan, Widen, change_plan, mistake_in
from plimsoll.knowledge.retrieval.rerank import LocalReranker, ProviderReranker, Reranker
from plimsoll.knowledge.retrieval.result import (
    Degradation,
    Finding,
    FoundBy,
    LeftOut,
    RetrievalResult,
    Step,
    StepTime,
)
from plimsoll.knowledge.retrieval.rewriting import ModelRewriter, Rewriter
from plimsoll.knowledge.retrieval.weighed import WeighedCandidates
from plimsoll.knowledge.scheduling import (
    GOOD_RESULTS,
    Schedule,
    ScheduleState,
    SourceAge,
    describe_age_of,
    describe_schedule,
    hold_schedule,
)
from plimsoll.knowledge.sources.folder import FolderSource
from plimsoll.knowledge.sources.git import GitSource
from plimsoll.knowledge.sources.records import Columns, RecordSource
from plimsoll.knowledge.sources.row_files import RowFile
from plimsoll.knowledge.sources.row_query import RowQuery
from plimsoll.knowledge.sources.source import PATHS, DeclaredSource, Listing, Source, SourceItem
from plimsoll.knowledge.sources.state import SourceState
from plimsoll.knowledge.sources.web import WebSource
from plimsoll.knowledge.sources.web_client import WebLimits
from plimsoll.knowledge.tables.audits import KeptAudit
from plimsoll.knowledge.tables.browsing import (
    DOCUMENT_STATES,
    DocumentChunk,
    DocumentPlace,
    DocumentState,
    Holdings,
)
from plimsoll.knowledge.tables.chunk_sizes import ChunkSize
from plimsoll.knowledge.tables.documents import DocumentRow, MetadataValue
from plimsoll.knowledge.tables.schedules import ScheduledRun, read_standing, restore_run, write_run
from plimsoll.knowledge.tables.statistics import CorpusStats
from plimsoll.knowledge.tables.vectors import EmbeddingState
from plimsoll.knowledge.where import Range, Where

__all__ = [
    "DEFAULT_MIX",
    "DOCUMENT_STATES",
    "FINGERPRINT_SHOWN",
    "GOOD_RESULTS",
    "PATHS",
    "SEVERITIES",
    "Ages",
    "AnswerFit",
    "AnswerSignals",
    "AnswerWeights",
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
    "DocumentChunk",
    "DocumentPage",
    "DocumentPlace",
    "DocumentRow",
    "DocumentState",
    "DocumentText",
    "EmbeddedSpans",
    "EmbeddedTexts",
    "EmbeddingState",
    "FailedDocument",
    "Finding",
    "FindingKind",
    "FittedRetrieval",
    "FolderSource",
    "FoundBy",
    "GitSource",
    "Holdings",
    "IndexFiles",
    "IngestProgress",
    "IngestReport",
    "KeptAudit",
    "KeptComparison",
    "KeptReport",
    "LabelledLegs",
    "LabelledSignals",
    "LeftOut",
    "LegMix",
    "ListedDocument",
    "Listing",
    "LoadEmbedder",
    "LocalReranker",
    "Manifest",
    "MetadataValue",
    "Migration",
    "MigrationReport",
    "MigrationState",
    "MixFit",
    "ModelRewriter",
    "Order",
    "ParseLimits",
    "ProviderEmbedder",
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
    "Schedule",
    "ScheduleState",
    "ScheduledRun",
    "Severity",
    "Source",
    "SourceAge",
    "SourceItem",
    "SourceState",
    "Step",
    "StepTime",
    "Strategy",
    "SyncReport",
    "TextEmbedder",
    "UnembeddedCount",
    "UsableConstants",
    "Vectors",
    "WebLimits",
    "WebSource",
    "WeighedCandidates",
    "Where",
    "Widen",
    "ask_dimensions",
    "audit_corpus",
    "browse_documents",
    "change_plan",
    "check_readers",
    "count_documents",
    "describe_age",
    "describe_age_of",
    "describe_counts",
    "describe_schedule",
    "filter_documents",
    "find_readable",
    "fit_answerability",
    "fit_mix",
    "hold_schedule",
    "identify_content",
    "keep_report",
    "known_endings",
    "last_audit",
    "look_at_index",
    "make_chunking",
    "may_read",
    "measure_corpus",
    "mistake_in",
    "read_audited_texts",
    "read_document",
    "read_embedding_state",
    "read_kept",
    "read_published",
    "read_standing",
    "restore_run",
    "verify_quotes",
    "write_run",
]
