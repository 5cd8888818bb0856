"""Puts interleaved calls of a stream in order: Anthropic's blocks and OpenAI's items are written one at a time.

Chat streams number their calls, so that a server may write several at once. The first is passed on as it comes; another
waits until the first is whole.
"""

import msgspec

from plimsoll.errors import UnusableAnswer
from plimsoll.gateway.wire.increments import ArgumentsAdded, Finished, Increment, ToolBegun

_OBJECT: msgspec.json.Decoder[dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw])


class CallSequence:
    """The calls of one stream."""

    def __init__(self) -> None:
        self._open: int | None = None
        self._arguments: list[str] = []
        self._waiting: dict[int, list[Increment]] = {}

    def order(self, increment: Increment) -> list[Increment]:
        """Return what can be said now. Raises UnusableAnswer where a call goes on after its JSON had ended."""
        match increment:
            case ToolBegun(position):
                if self._open is not None and not self._is_whole():
                    self._waiting[position] = [increment]
                    return []
                self._open, self._arguments = position, []
                return [increment]
            case ArgumentsAdded():
                return self._add(increment)
            case Finished(choice=0):
                waiting = [said for calls in self._waiting.values() for said in calls]
                self._waiting = {}
                return [*waiting, increment]
            case _:
                return [increment]

    def _add(self, added: ArgumentsAdded) -> list[Increment]:
        if added.position in self._waiting:
            self._waiting[added.position].append(added)
            return []
        if added.position != self._open:
            if not added.text.strip():
                return []
            raise UnusableAnswer("The provider's stream goes on with a tool call that had ended.")
        self._arguments.append(added.text)
        said: list[Increment] = [added]
        while self._waiting and self._may_be_whole():
            said += self._begin_next()
        return said

    def _begin_next(self) -> list[Increment]:
        position = next(iter(self._waiting))
        said = self._waiting.pop(position)
        self._open = position
        self._arguments = [part.text for part in said if isinstance(part, ArgumentsAdded)]
        return said

    def _may_be_whole(self) -> bool:
        """Only a closing brace can make a call whole: others are not worth reading it all again."""
        last = self._arguments[-1].rstrip() if self._arguments else ""
        return last.endswith("}") and self._is_whole()

    def _is_whole(self) -> bool:
        try:
            _OBJECT.decode("".join(self._arguments))
        except (msgspec.DecodeError, RecursionError):
            return False
        return True
