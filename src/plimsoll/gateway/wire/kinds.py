"""The three interfaces that callers and providers speak. A list, no behaviour."""

from enum import StrEnum


class Wire(StrEnum):
    """An interface for talking to a model over HTTP."""

    CHAT = "chat"
    """OpenAI's chat completions, which nearly every provider and server speaks."""
    RESPONSES = "responses"
    """OpenAI's responses."""
    MESSAGES = "messages"
    """Anthropic's messages."""
