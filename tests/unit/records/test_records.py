"""Ids, secrets and principals."""

from datetime import UTC, datetime, timedelta

from plimsoll.records import Principal, Secret, Usage, is_id, new_id, new_span_id
from plimsoll.testing import FakeClock


def test_an_id_has_the_form_of_a_uuid_of_version_7():
    made = new_id(FakeClock())
    assert is_id(made)
    assert (made[12], made[16] in "89ab") == ("7", True)


def test_ids_sort_by_time():
    clock = FakeClock()
    first = new_id(clock)
    clock.advance(0.002)
    assert first < new_id(clock)


def test_an_id_holds_its_millisecond():
    clock = FakeClock(datetime(2026, 11, 21, tzinfo=UTC))
    milliseconds = int(new_id(clock)[:12], 16)
    assert datetime.fromtimestamp(milliseconds / 1000, tz=UTC) - clock.now() < timedelta(milliseconds=1)


def test_a_span_id_is_16_hexadecimal_digits_and_never_zero():
    made = new_span_id()
    assert len(made) == 16
    assert int(made, 16) > 0


def test_a_secret_never_shows_itself():
    secret = Secret("sk-very-secret")
    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>10}", "%s" % secret, str([secret]), str({"k": secret})]  # noqa: UP031
    assert [text for text in shown if "very" in text] == []
    assert secret.reveal() == "sk-very-secret"


def test_an_administrator_may_do_everything():
    assert Principal.local().may("ingest")
    assert not Principal(id="key:1", scopes=frozenset({"ask"})).may("ingest")


def test_usage_adds_up():
    one = Usage(input_tokens=3, output_tokens=2, cached_input_tokens=1, cache_write_input_tokens=2)
    both = one + Usage(input_tokens=4, is_estimated=True)
    assert both == Usage(
        input_tokens=7, output_tokens=2, cached_input_tokens=1, cache_write_input_tokens=2, is_estimated=True
    )
