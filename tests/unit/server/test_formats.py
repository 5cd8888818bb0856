from datetime import UTC, datetime

import pytest

from plimsoll.server.web.formats import format_count, format_duration, format_moment, format_money, format_plural


@pytest.mark.parametrize(
    ("milliseconds", "written"),
    [(None, "\N{EN DASH}"), (0.42, "0.4 ms"), (38.4, "38 ms"), (1_240.0, "1.24 s"), (200_000.0, "3 min 20 s")],
)
def test_a_duration_is_written_with_two_or_three_digits(milliseconds: float | None, written: str):
    assert format_duration(milliseconds) == written


@pytest.mark.parametrize(
    ("usd", "written"),
    [(None, "unknown"), (0.0, "$0"), (1_234.5, "$1,234.50"), (0.0042, "$0.0042"), (2e-6, "$2.0e-06")],
)
def test_an_unknown_price_is_never_zero(usd: float | None, written: str):
    assert format_money(usd) == written


def test_numbers_are_grouped_and_nouns_agree():
    assert format_count(12_345) == "12\N{NARROW NO-BREAK SPACE}345"
    assert (format_plural(1, "case"), format_plural(0, "case")) == ("1 case", "0 cases")


def test_a_moment_is_written_in_utc():
    assert format_moment(datetime(2026, 3, 1, 12, 30, tzinfo=UTC)) == "2026-03-01 12:30:00"
    assert format_moment(None) == "never"
