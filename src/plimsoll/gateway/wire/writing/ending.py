"""Why answers end, in words that no wire owns: each wire's own words to them and back."""

from enum import StrEnum

from plimsoll.gateway.wire.facts import ReplyFacts


class Ending(StrEnum):
    """Why an answer ended, in the words of chat completions."""

    STOP = "stop"
    """The model was done, or came to a stop sequence."""
    LENGTH = "length"
    """The most tokens were written, or the context was full."""
    TOOL_CALLS = "tool_calls"
    """Tools are to be called."""
    CONTENT_FILTER = "content_filter"
    """The model or a filter declined."""


_WORDS = {
    "length": Ending.LENGTH,
    "max_tokens": Ending.LENGTH,
    "model_context_window_exceeded": Ending.LENGTH,
    "tool_calls": Ending.TOOL_CALLS,
    "function_call": Ending.TOOL_CALLS,
    "tool_use": Ending.TOOL_CALLS,
    "content_filter": Ending.CONTENT_FILTER,
    "refusal": Ending.CONTENT_FILTER,
}


def read_ending(facts: ReplyFacts) -> Ending:
    """Return why a chat completion or a message ended; words that are not known are a normal end.

    Servers say `stop` for a tool that was forced, so that calls decide.
    """
    ending = _WORDS.get(facts.finish_reason, Ending.STOP)
    if ending is Ending.STOP and facts.tool_calls:
        return Ending.TOOL_CALLS
    return Ending.CONTENT_FILTER if ending is Ending.STOP and facts.refusal else ending
