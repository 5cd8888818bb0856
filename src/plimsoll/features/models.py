"""Ready input and output models for features that answer questions from documents.

A feature may declare its own; these are what the project template uses.
"""

from pydantic import BaseModel, ConfigDict, Field


class Question(BaseModel):
    """A question in plain words."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: str = Field(min_length=1, max_length=8_000)
    """What is asked."""


class Quote(BaseModel):
    """A quotation that an answer rests on."""

    passage: int = Field(ge=1)
    """Number of the passage in the prompt, counted from 1."""
    quote: str
    """The quoted text, word for word."""


class Answer(BaseModel):
    """An answer with its quotations, or an abstention."""

    answer: str = ""
    """The answer; empty when abstaining."""
    quotes: list[Quote] = []
    """What the answer rests on."""
    abstained: bool = False
    """True when the passages do not answer the question."""
