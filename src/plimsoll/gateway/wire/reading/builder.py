"""Sums up the increments of a stream to what the reply says so far. Every reader and writer of streams holds one."""

from plimsoll.gateway.chat import estimate_tokens
from plimsoll.gateway.wire.facts import ReplyError, ReplyFacts, Thinking, ToolCall
from plimsoll.gateway.wire.increments import (
    ArgumentsAdded,
    Begun,
    Ended,
    Failed,
    Finished,
    Increment,
    RefusalAdded,
    TextAdded,
    ThinkingAdded,
    ToolBegun,
    UsageSeen,
)
from plimsoll.records import Usage


class _Call:
    __slots__ = ("arguments", "id", "name")

    def __init__(self, begun: ToolBegun) -> None:
        self.id = begun.id
        self.name = begun.name
        self.arguments: list[str] = []


class ReplyBuilder:
    """What a stream has said so far."""

    def __init__(self) -> None:
        self.error: ReplyError | None = None
        """An error that the stream reported."""
        self.has_ended = False
        """True once the stream said that it is over."""
        self.has_content = False
        """True once anything of the answer was seen: text, reasoning, a refusal or a call."""
        self._begun = Begun("", "")
        self._texts: list[str] = []
        self._others: dict[int, list[str]] = {}
        self._refusal: list[str] = []
        self._thoughts: list[Thinking] = []
        self._thinking: list[str] = []
        self._calls: dict[int, _Call] = {}
        self._finished: Finished | None = None
        self._usage: UsageSeen | None = None

    @property
    def is_finished(self) -> bool:
        """Tell whether the answer is whole, though usage may still come."""
        return self._finished is not None or self.has_ended

    def add(self, increment: Increment) -> None:
        """Take in one increment."""
        match increment:
            case TextAdded(text, 0):
                self._texts.append(text)
                self.has_content = True
            case TextAdded(text, choice):
                self._others.setdefault(choice, []).append(text)
                self.has_content = True
            case ArgumentsAdded(position, text):
                if position in self._calls:
                    self._calls[position].arguments.append(text)
            case ToolBegun():
                self._calls[increment.position] = _Call(increment)
                self.has_content = True
            case ThinkingAdded():
                self._think(increment)
            case RefusalAdded(text):
                self._refusal.append(text)
                self.has_content = True
            case _:
                self._note(increment)

    def _note(self, increment: Increment) -> None:
        match increment:
            case Begun():
                self._begun = increment
            case Finished(choice=0):
                self._finished = increment
            case UsageSeen():
                self._usage = increment
            case Failed(error):
                self.error = error
            case Ended():
                self.has_ended = True
            case _:
                return

    def _think(self, added: ThinkingAdded) -> None:
        """A signature ends a block, an encrypted block stands alone."""
        self.has_content = True
        if added.text:
            self._thinking.append(added.text)
        if added.signature or (added.redacted and self._thinking):
            self._thoughts.append(Thinking(text="".join(self._thinking), signature=added.signature))
            self._thinking = []
        if added.redacted:
            self._thoughts.append(Thinking(redacted=added.redacted))

    def facts(self) -> ReplyFacts:
        """Return what the reply says so far."""
        finished = self._finished or Finished("")
        open_thought = (Thinking(text="".join(self._thinking)),) if self._thinking else ()
        return ReplyFacts(
            id=self._begun.id,
            model=self._begun.model,
            created_seconds=self._begun.created_seconds,
            fingerprint=self._begun.fingerprint,
            text="".join(self._texts),
            thinking=(*self._thoughts, *open_thought),
            refusal="".join(self._refusal),
            tool_calls=tuple(
                ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments)) for call in self._calls.values()
            ),
            finish_reason=finished.reason,
            stop_sequence=finished.stop_sequence,
            usage=self._count(),
            error=self.error,
            other_texts=tuple("".join(texts) for _, texts in sorted(self._others.items())),
        )

    def _count(self) -> Usage | None:
        """Return what was counted; where only the input was, the output is estimated and marked."""
        if self._usage is None or self._usage.is_final:
            return self._usage.usage if self._usage else None
        counted = self._usage.usage
        texts = [*self._texts, *(thought.text for thought in self._thoughts), *self._thinking]
        texts += [text for call in self._calls.values() for text in call.arguments]
        written = max(counted.output_tokens, estimate_tokens("".join(texts)))
        return Usage(
            input_tokens=counted.input_tokens,
            output_tokens=written,
            cached_input_tokens=counted.cached_input_tokens,
            cache_write_input_tokens=counted.cache_write_input_tokens,
            is_estimated=True,
        )
