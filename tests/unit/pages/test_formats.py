from datetime import UTC, datetime

import pytest

from plimsoll.pages import (
    cut_text,
    format_count,
    format_duration,
    format_moment,
    format_money,
    format_ordinal,
    format_plural,
    format_share,
    format_text,
)


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


def test_a_place_is_written_as_people_say_it():
    assert [format_ordinal(number) for number in (1, 2, 3, 4, 11, 12, 13, 21, 42, 60, 111)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "42nd", "60th", "111th"
    ]  # fmt: skip


def test_a_small_share_is_not_written_as_none():
    assert [format_share(share) for share in (0.0, 0.004, 0.126, 1.0)] == ["0 %", "< 1 %", "13 %", "100 %"]


def test_characters_that_steer_how_a_page_reads_are_written_as_codes():
    assert format_text("a\u202eb\x1b[31m\u2067c\n\td") == "a[U+202E]b[U+001B][31m[U+2067]c\n\td"
    assert format_text("żółć 日本 שלום") == "żółć 日本 שלום"


def test_a_long_text_is_cut_and_says_so():
    assert cut_text("x" * 2_000) == "x" * 2_000
    assert cut_text("x" * 1_000_000).endswith("[cut: 2\u202f000 of 1\u202f000\u202f000 characters are shown]")
