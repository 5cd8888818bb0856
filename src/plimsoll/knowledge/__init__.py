"""Documents, made answerable: parse, chunk, embed, index, retrieve, cite.

Features retrieve passages from a `Corpus` and check quotations with `verify_quotes`; projects ingest into it.
The table in the store is the truth; index files are derived from it and may be deleted at any time.
"""

from plimsoll.knowledge.cite import CitationCheck, ClaimedQuote, RejectedQuote, verify_quotes
from plimsoll.knowledge.parse.formats import ParseLimits, known_endings

__all__ = ["CitationCheck", "ClaimedQuote", "ParseLimits", "RejectedQuote", "known_endings", "verify_quotes"]
