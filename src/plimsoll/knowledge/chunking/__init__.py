"""Ways to cut a document into chunks: one record says which, one function does it."""

from plimsoll.knowledge.chunking.choice import Chunking, Strategy, make_chunking
from plimsoll.knowledge.chunking.chunk import Chunk, TokenReader
from plimsoll.knowledge.chunking.cut import chunk_document, describe_truncation

__all__ = [
    "Chunk",
    "Chunking",
    "Strategy",
    "TokenReader",
    "chunk_document",
    "describe_truncation",
    "make_chunking",
]
