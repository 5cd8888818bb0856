"""`plimsoll init` writes a whole project or nothing."""

from pathlib import Path

import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.project import read_settings, write_project


def test_a_project_is_written_with_its_name_in_it(tmp_path: Path):
    files = write_project(tmp_path / "shop")
    assert {Path("plimsoll.toml"), Path(".gitignore"), Path("documents/returns.md")} <= set(files)
    assert read_settings(tmp_path / "shop").project.name == "shop"


def test_an_empty_folder_may_be_used(tmp_path: Path):
    (tmp_path / "shop").mkdir()
    assert write_project(tmp_path / "shop")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "mine.txt").write_text("mine")
    with pytest.raises(InvalidRequest, match="not empty"):
        write_project(tmp_path / "shop")
    assert [path.name for path in (tmp_path / "shop").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("name", ["..", "a/../..", "-x", "x" * 65])
def test_a_name_that_cannot_be_a_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(InvalidRequest):
        write_project(tmp_path / name)


def test_a_missing_parent_is_named(tmp_path: Path):
    with pytest.raises(InvalidRequest, match="does not exist"):
        write_project(tmp_path / "nowhere" / "shop")


def test_this_folder_is_no_name_and_the_refusal_says_what_was_asked_for():
    with pytest.raises(InvalidRequest, match=r"'\.' cannot be a project's name"):
        write_project(Path())
