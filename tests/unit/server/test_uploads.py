import asyncio
from pathlib import Path

import pytest

from plimsoll.errors import InvalidRequest, NotFound, UnknownFormat
from plimsoll.project import Settings
from plimsoll.server.body import SentFile
from plimsoll.server.uploads import resolve_paths, save_files

SETTINGS = Settings()


def save(folder: Path, name: str, *, corpus: str = "docs") -> list[Path]:
    return asyncio.run(save_files(folder, SETTINGS, corpus=corpus, files=[SentFile(name=name, content=b"new")]))


def test_a_path_within_the_project_is_resolved(tmp_path: Path):
    assert resolve_paths(tmp_path, ["documents/a.md", "."]) == [tmp_path / "documents" / "a.md", tmp_path]


@pytest.mark.parametrize(
    "path", ["..", "/etc/passwd", "documents/../../x", ".env", ".plimsoll/state.db", "a/.git/x", "a\0b"]
)
def test_a_path_outside_or_hidden_is_refused(tmp_path: Path, path: str):
    with pytest.raises(InvalidRequest):
        resolve_paths(tmp_path, [path])


def test_a_link_that_leads_out_is_refused(tmp_path: Path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "out").symlink_to(tmp_path)
    with pytest.raises(InvalidRequest, match="not a visible file"):
        resolve_paths(project, ["out/secret.md"])


@pytest.mark.parametrize("name", ["a.md", "C:\\Users\\ada\\a.md", "../../a.md", "/etc/a.md"])
def test_a_sent_file_is_kept_among_the_uploads_whatever_its_path(tmp_path: Path, name: str):
    assert save(tmp_path, name) == [tmp_path / "documents" / "uploads" / "a.md"]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["a.md"]


def test_a_file_of_the_owner_is_never_overwritten(tmp_path: Path):
    own = tmp_path / "documents" / "a.md"
    own.parent.mkdir()
    own.write_text("own")
    save(tmp_path, "a.md")
    assert own.read_text() == "own"


@pytest.mark.parametrize("name", ["", "..", ".env.md", "a\n.md", "x" * 200 + ".md"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str):
    with pytest.raises(InvalidRequest):
        save(tmp_path, name)


def test_an_unknown_ending_or_corpus_names_the_known_ones(tmp_path: Path):
    with pytest.raises(UnknownFormat) as unknown:
        save(tmp_path, "virus.exe")
    assert ".md" in unknown.value.next_step
    with pytest.raises(NotFound, match="did you mean 'docs'"):
        save(tmp_path, "a.md", corpus="docss")
