"""`plimsoll.toml`: every mistake names the file, the line, the key and what is allowed."""

from pathlib import Path

import pytest

from plimsoll.errors import InvalidSettings, NoProject
from plimsoll.project import Settings, read_settings
from plimsoll.project.settings import TraceSettings


def _read(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "plimsoll.toml").write_text(text, encoding="utf-8")
    return read_settings(tmp_path)


def _mistake(tmp_path: Path, text: str) -> str:
    with pytest.raises(InvalidSettings) as caught:
        _read(tmp_path, text)
    return str(caught.value)


def test_an_empty_file_means_the_defaults(tmp_path: Path):
    assert _read(tmp_path, "") == Settings()


def test_what_stands_in_the_file_is_read(tmp_path: Path):
    settings = _read(tmp_path, '[models.default]\nmodel = "a/b"\n[knowledge.handbook]\npaths = ["x", "y"]\n')
    assert settings.models["default"].model == "a/b"
    assert settings.knowledge["handbook"].paths == ("x", "y")


def test_a_chunking_is_a_name_or_a_table(tmp_path: Path):
    by_name = _read(tmp_path, '[knowledge.docs]\nchunking = "sentence_window"\n').knowledge["docs"].chunking.made()
    assert (by_name.sentences, by_name.overlap, by_name.tokens) == (5, 2, 0)
    table = '[knowledge.docs]\nchunking = { strategy = "fixed", tokens = 100, overlap = 20, context = false }\n'
    assert _read(tmp_path, table).knowledge["docs"].chunking.made().describe() == (
        "fixed, tokens 100, overlap 20, no context"
    )


def test_a_gateway_needs_no_model_called_default(tmp_path: Path):
    assert list(_read(tmp_path, '[models.fast]\nmodel = "a/b"\n').models) == ["fast"]


@pytest.mark.parametrize("name", ["gpt-5.6-luna", "claude-opus-4-1", "Qwen3:8b", "o3"])
def test_an_alias_may_be_called_what_programs_already_ask_for(tmp_path: Path, name: str):
    assert name in _read(tmp_path, f'[models."{name}"]\nmodel = "a/b"\n').models


def test_a_folder_without_the_file_says_how_to_make_a_project(tmp_path: Path):
    with pytest.raises(NoProject, match="plimsoll init my-project"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[modles]\n", "line 1: there is no key 'modles'; did you mean 'models'?"),
        ('\n[models.default]\nmodle = "x"\n', "line 3: there is no key 'models.default.modle'; did you mean 'model'?"),
        ('[server]\nport = "abc"\n', "line 2: server.port is 'abc'"),
        ("[server]\nport = 99999\n", "less than or equal to 65535"),
        (
            '[traces]\n\ncontent = "all"\n',
            "line 3: traces.content is 'all'; input should be 'full', 'redacted' or 'none'",
        ),
        (
            '[knowledge.docs]\nchunking = "sentences"\n',
            "line 2: knowledge.docs.chunking.strategy is 'sentences'; input should be 'headings', 'sentence_window'",
        ),
        ("[knowledge.docs]\nchunking = 200\n", "it must be the name of a strategy or a table"),
        ('[knowledge.docs.chunking]\nstrategy = "headings"\noverlap = 9\n', "'overlap' means nothing to the chunking"),
        ('[knowledge.docs]\nchunking = { strategy = "fixed", tokens = 9 }\n', "tokens is 9; the chunking strategy"),
        ("[knowledge.docs]\nchunking = { size = 9 }\n", "there is no key 'knowledge.docs.chunking.size'"),
        ('[providers.x]\napi_key_env = "A"\n', "line 1: the key 'providers.x.base_url' is missing"),
        ('[models."big/fast"]\nmodel = "a/b"\n', "models.big/fast"),
        ('[providers.Acme]\nbase_url = "http://x"\n', "a name is a lower-case letter"),
        ('\n[models."gpt-5.6"]\nmodle = "a/b"\n', "line 3: there is no key 'models.gpt-5.6.modle'"),
        ("[models.a.timeouts]\ntotal_seconds = inf\n", "line 2: models.a.timeouts.total_seconds is inf"),
        ("[models.a]\ninput_usd_per_million = inf\n", "line 2: models.a.input_usd_per_million is inf"),
        ("[server\n", "line 1"),
        ("x = \n", "line 1"),
    ],
)
def test_a_mistake_names_line_key_and_what_is_allowed(tmp_path: Path, text: str, expected: str):
    message = _mistake(tmp_path, text)
    assert str(tmp_path / "plimsoll.toml") in message
    assert expected in message


def test_an_unknown_key_lists_the_allowed_ones(tmp_path: Path):
    allowed = ", ".join(map(repr, sorted(TraceSettings.model_fields)))
    assert f"Allowed here: {allowed}." in _mistake(tmp_path, "[traces]\ncontent = 'none'\nkep = 1\n")


def test_a_file_that_is_not_text_is_named(tmp_path: Path):
    (tmp_path / "plimsoll.toml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(InvalidSettings, match="not UTF-8"):
        read_settings(tmp_path)
