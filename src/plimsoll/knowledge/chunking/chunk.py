"""What the strategies make and what they ask of the embedding model: the chunk, its pieces, the counting of tokens."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plimsoll.text import SentenceSpan


class TokenReader(Protocol):
    """Counts tokens as the embedding model does. A `TextEmbedder` satisfies it."""

    @property
    def max_tokens(self) -> int:
        """Tokens that the model reads of a text, its own marks included."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many tokens the text takes, the model's own marks included."""
        ...

    def count_each(self, texts: Sequence[str]) -> Sequence[int]:
        """Return the same for many texts at once."""
        ...

    def token_offsets(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the characters that each token stands for, in order, the model's own marks left out."""
        ...


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """A run of text of one section and one page. Offsets count characters of the document's text."""

    start: int
    """First character."""
    end: int
    """One past the last character."""
    heading: tuple[str, ...]
    """The headings above it, outermost first."""
    page: int | None
    """Its page, counted from 1; None for documents without pages."""
    sentences: tuple[SentenceSpan, ...]
    """Its sentences, counted from the chunk's own first character. Code counts only where there is nothing else."""
    context: str
    """Title and headings, which are embedded and indexed with the text and never cited."""
    section: int = 0
    """Number within the document of the section that it is a part of."""
    tokens: int = 0
    """Tokens of context and text together, as the embedder counts them, its own marks included."""
    is_cut: bool = False
    """Whether it begins or ends within a sentence."""
    is_truncated: bool = False
    """Whether the embedder does not read all of it: even its smallest piece takes more tokens than there is room."""


class Piece(msgspec.Struct, frozen=True):
    """What chunks are put together from: a sentence, a part of one that is too long, a table's row or a word."""

    span: SentenceSpan
    """Its characters, counted within the document's text."""
    tokens: int
    """Tokens it takes, without the model's own marks."""
