from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.traces import ScoreBound, read_filter

NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        ("1h", NOW - timedelta(hours=1)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(weeks=2)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T10:30", datetime(2026, 11, 20, 10, 30, tzinfo=UTC)),
        ("2026-11-20T10:30:00+02:00", datetime(2026, 11, 20, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_it_is_or_as_how_long_ago(text: str, moment: datetime):
    assert read_filter({"since": text}, now=NOW).since == moment


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("helpful<0.5", ScoreBound(name="helpful", sign="<", value=0.5)),
        ("helpful >= 1", ScoreBound(name="helpful", sign=">=", value=1.0)),
        ("grounded=fail", ScoreBound(name="grounded", sign="=", word="fail")),
        ("topic=refund request", ScoreBound(name="topic", sign="=", word="refund request")),
    ],
)
def test_a_bound_of_a_score_is_a_name_a_sign_and_a_value(text: str, bound: ScoreBound):
    assert read_filter({"score": text}, now=NOW).score == bound


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": "won"}, "Choose of 'abstained', 'answered'"),
        ({"sort": "oldest"}, "'dearest', 'newest', 'slowest'"),
        ({"since": "yesterday"}, "since=7d"),
        ({"min_ms": "-1"}, "min_ms='-1' is not a number from 0 upwards"),
        ({"min_ms": "nan"}, "not a number"),
        ({"min_tokens": "1.5"}, "not a whole number"),
        ({"limit": "501"}, "1 to 500"),
        ({"score": "helpful"}, "score=grounded=fail"),
        ({"score": "helpful<good"}, "'good' is no number"),
        ({"featur": "x"}, "did you mean 'feature'?"),
        ({"text": "x" * 1001}, "longer than 1000"),
        ({"text": "a\x00b"}, "text='a\\x00b' is no text that a trace can hold"),
        ({"user": "\ud800"}, "user='\\ud800' is no text that a trace can hold"),
        ({"score": "a\x00=b"}, "no text that a trace can hold"),
        ({"score": "helpful<nan"}, "'nan' is no number"),
        ({"score": "helpful<1e400"}, "'1e400' is no number"),
        ({"since": "999999w"}, "since='999999w' is not a moment from 1678 to 2261"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "not a moment from 1678 to 2261"),
        ({"since": "0001-01-01T00:00:00+14:00"}, "not a moment from 1678 to 2261"),
        ({"since": "1h", "until": "2h"}, "since='1h' lies above until='2h'"),
        ({"min_ms": "10", "max_ms": "9.5"}, "min_ms='10' lies above max_ms='9.5'"),
        ({"min_cost": "1", "max_cost": "0"}, "there is nothing between them"),
        ({"min_tokens": "2", "max_tokens": "1"}, "there is nothing between them"),
        ({"min_tokens": "99999999999999999999"}, "not a whole number"),
        ({"max_cost": "-0.5"}, "max_cost='-0.5' is not a number from 0 upwards"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_can(given: dict[str, str], said: str):
    with pytest.raises(InvalidRequest) as refused:
        read_filter(given, now=NOW)
    assert said in str(refused.value)


def test_what_is_empty_says_nothing():
    assert read_filter({"feature": " ", "min_ms": ""}, now=NOW) == read_filter({}, now=NOW)
