"""What `[traces]` says becomes one function from text to text."""

from pathlib import Path

import pytest

from plimsoll.errors import InvalidFeature, InvalidSettings
from plimsoll.project.settings import TraceSettings
from plimsoll.project.traces.redaction import make_redaction
from plimsoll.traces import drop_content, keep_content

TEXT = "ada@example.com, password: hunter22!, project Nightingale"
OWN = "def take_out(text):\n    return text.replace('Nightingale', '[project]')\n\ndef broken(text):\n    return 1\n"


def redacted(folder: Path, *, environ: dict[str, str] | None = None, **settings: object) -> str:
    made = make_redaction(TraceSettings.model_validate(settings), folder=folder, environ=environ or {})
    return made(TEXT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "privacy.py").write_text(OWN)
    return tmp_path


def test_without_settings_personal_data_and_secrets_go(folder: Path):
    assert redacted(folder) == "[email], password: [secret], project Nightingale"


def test_only_the_kinds_that_are_named_go(folder: Path):
    assert redacted(folder, redact=["secrets"]) == "ada@example.com, password: [secret], project Nightingale"


def test_content_is_kept_or_dropped_as_a_whole(folder: Path):
    assert make_redaction(TraceSettings(content="full"), folder=folder, environ={}) is keep_content
    assert make_redaction(TraceSettings(content="none"), folder=folder, environ={}) is drop_content


def test_a_function_of_the_projects_own_comes_after_the_patterns(folder: Path):
    own = "privacy.py:take_out"
    assert redacted(folder, redact_with=own) == "[email], password: [secret], project [project]"
    assert redacted(folder, content="full", redact_with=own) == TEXT.replace("Nightingale", "[project]")


def test_a_function_that_returns_no_text_fails_instead_of_passing_the_text_on(folder: Path):
    with pytest.raises(TypeError, match="returned int"):
        redacted(folder, redact_with="privacy.py:broken")


@pytest.mark.parametrize("named", ["privacy.py:absent", "privacy.py", "absent.py:take_out", "privacy.py:OWN"])
def test_a_function_that_is_not_there_is_named(folder: Path, named: str):
    with pytest.raises(InvalidSettings, match="there is no such function"):
        redacted(folder, redact_with=named)


def test_a_file_that_does_not_load_is_named_with_its_line(folder: Path):
    (folder / "privacy.py").write_text("def take_out(text):\n    return text\nraise ValueError('oh')\n")
    with pytest.raises(InvalidFeature, match=r"privacy\.py, line 3"):
        redacted(folder, redact_with="privacy.py:take_out")


def test_a_key_gives_pseudonyms_and_a_missing_or_short_one_is_refused(folder: Path):
    name = "REDACT_KEY"
    assert redacted(folder, environ={name: "k" * 16}, pseudonym_key_env=name).startswith("[email:")
    for environ in ({}, {"REDACT_KEY": "short"}):
        with pytest.raises(InvalidSettings, match="REDACT_KEY") as refused:
            redacted(folder, environ=environ, pseudonym_key_env=name)
        assert "short" not in refused.value.message.replace("or short", "")
