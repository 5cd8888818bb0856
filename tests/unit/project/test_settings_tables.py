from datetime import timedelta

import pytest

from plimsoll.project import Settings, SettingShown
from plimsoll.project.settings_tables import hide_secrets, lay_out_tables


def shown(settings: dict[str, object], table: str, key: str) -> SettingShown:
    tables = {one.name: one for one in lay_out_tables(Settings.model_validate(settings))}
    return next(one for one in tables[table].settings if one.name == key)


def test_every_key_of_every_table_is_there_with_its_meaning():
    tables = lay_out_tables(Settings())
    assert {"[server]", "[models.default]", "[models.default.timeouts]", "[knowledge.docs.chunking]"} <= {
        one.name for one in tables
    }
    assert [one.name for table in tables for one in table.settings if not one.meaning] == []


def test_a_key_that_the_file_sets_is_told_from_its_default():
    port = shown({"server": {"port": 9000}}, "[server]", "port")
    host = shown({"server": {"port": 9000}}, "[server]", "host")
    assert (port.value, port.default, port.is_default) == ("9000", "8000", False)
    assert (host.value, host.is_default) == ('"127.0.0.1"', True)


def test_tables_within_a_list_stand_under_their_number():
    models = {"fast": {"targets": [{"model": "a/b"}, {"model": "c/d", "weight": 2}]}}
    assert shown({"models": models}, "[models.fast.targets.2]", "weight").value == "2.0"


def test_a_required_key_has_no_default():
    url = shown({"providers": {"own": {"base_url": "http://127.0.0.1:1/v1"}}}, "[providers.own]", "base_url")
    assert (url.default, url.is_default) == ("", False)


def test_a_span_of_time_is_written_as_the_file_would():
    docs = {"docs": {"sync_every": timedelta(days=2)}}
    assert shown({"knowledge": docs}, "[knowledge.docs]", "sync_every").value == '"2d"'


def test_a_table_that_is_followed_at_the_next_start_only_says_so():
    waits = {one.name: one.needs_start for one in lay_out_tables(Settings())}
    assert (waits["[server]"], waits["[spend]"]) == (True, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("postgresql://user:pass@word@db:5432/x", "postgresql://***@db:5432/x"),
        ("postgresql://user:a/b@db/x", "postgresql://***@db/x"),
        ("https://token@github.com/a/b", "https://***@github.com/a/b"),
        ("redis://h/0?password=abc&db=1", "redis://h/0?password=***&db=1"),
        ("https://h/v1?api_key=abc", "https://h/v1?api_key=***"),
        ("sk-abcdefghijklmnop1234567890", "***"),
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("$DATABASE_URL", "$DATABASE_URL"),
    ],
)
def test_what_could_be_a_secret_is_hidden(text: str, expected: str):
    assert hide_secrets(text) == expected


def test_the_url_of_a_store_is_shown_without_its_password():
    url = shown({"storage": {"url": "postgresql://me:hunter2@db/x"}}, "[storage]", "url")
    assert url.value == '"postgresql://***@db/x"'
