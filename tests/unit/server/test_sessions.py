from plimsoll.records import Secret
from plimsoll.server.auth import SESSION_SECONDS, Sessions
from plimsoll.testing import FakeClock


def test_a_session_stands_for_its_key_until_it_ends():
    sessions = Sessions(FakeClock())
    key = Secret("plim_a_b")
    token = sessions.begin(key)
    assert sessions.find(token) is key
    sessions.end(token)
    assert sessions.find(token) is None


def test_a_session_ends_by_itself():
    clock = FakeClock()
    sessions = Sessions(clock)
    token = sessions.begin(Secret("plim_a_b"))
    clock.advance(SESSION_SECONDS)
    assert sessions.find(token) is None


def test_the_oldest_sessions_go_first():
    sessions = Sessions(FakeClock())
    tokens = [sessions.begin(Secret(str(number))) for number in range(1_001)]
    assert sessions.find(tokens[0]) is None
    assert sessions.find(tokens[1]) is not None
