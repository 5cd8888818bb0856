"""How many calls the door works on at once, and how many bytes of their bodies it holds. Counts, and never waits."""

from plimsoll.errors import Overloaded
from plimsoll.server.limits import Limits


class Room:
    """The places of one server."""

    def __init__(self, limits: Limits) -> None:
        self._most_calls = limits.concurrent_calls
        self._most_bytes = limits.held_bytes
        self._calls = 0
        self._bytes = 0

    def enter(self) -> None:
        """Take a place for a call. Raises Overloaded where none is left."""
        if self._calls >= self._most_calls:
            raise Overloaded(
                f"This server works on {self._most_calls} calls of models already, as many as it takes at once.",
                next_step="Try again in a second, or raise [limits] concurrent_calls in plimsoll.toml.",
            )
        self._calls += 1

    def hold(self, size: int) -> None:
        """Count bytes that were read. Raises Overloaded where they are too many; they are counted all the same."""
        self._bytes += size
        if self._bytes > self._most_bytes:
            raise Overloaded(
                f"This server holds {self._most_bytes / 1e6:g} MB of requests already, as much as it takes at once.",
                next_step="Try again in a second, or send less at once.",
            )

    def leave(self, held_bytes: int) -> None:
        """Give back the place of a call and the bytes that were counted for it."""
        self._calls -= 1
        self._bytes -= held_bytes
