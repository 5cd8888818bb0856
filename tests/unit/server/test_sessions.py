from datetime import UTC, datetime, timedelta

from plimsoll.records import Secret
from plimsoll.server.auth import SESSION_SECONDS, Sessions


class StandingClock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def test_a_session_stands_for_its_key_until_it_ends():
    sessions = Sessions(StandingClock())
    key = Secret("plim_a_b")
    token = sessions.begin(key)
    assert sessions.find(token) is key
    sessions.end(token)
    assert sessions.find(token) is None


def test_a_session_ends_by_itself():
    clock = StandingClock()
    sessions = Sessions(clock)
    token = sessions.begin(Secret("plim_a_b"))
    clock.seconds = SESSION_SECONDS
    assert sessions.find(token) is None


def test_the_oldest_sessions_go_first():
    sessions = Sessions(StandingClock())
    tokens = [sessions.begin(Secret(str(number))) for number in range(1_001)]
    assert sessions.find(tokens[0]) is None
    assert sessions.find(tokens[1]) is not None
