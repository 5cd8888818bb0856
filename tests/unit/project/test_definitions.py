"""Feature files are the user's own Python: what goes wrong in them is reported with file and line."""

from pathlib import Path

import pytest

from plimsoll.errors import InvalidFeature
from plimsoll.project.definitions import load_features

FEATURE = """from plimsoll import Answer, Feature, Question

one = Feature("one", input=Question, output=Answer, prompt="p")
"""


def _write(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "features").mkdir()
    for name, text in files.items():
        (tmp_path / "features" / f"{name}.py").write_text(text, encoding="utf-8")
    return tmp_path


def test_features_are_found_by_name(tmp_path: Path):
    assert list(load_features(_write(tmp_path, a=FEATURE))) == ["one"]


def test_a_project_without_features_has_none(tmp_path: Path):
    assert load_features(tmp_path) == {}


def test_two_features_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(InvalidFeature, match="'one'"):
        load_features(_write(tmp_path, a=FEATURE, b=FEATURE))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = (\n", "line 1: SyntaxError"),
        ("\n\nimport nonsense_that_is_not_there\n", "line 3: ModuleNotFoundError"),
        ("a = 1\nb = a / 0\n", "line 2: ZeroDivisionError"),
        (FEATURE.replace('"one"', '"One!"'), "line 3: 'One!'"),
    ],
)
def test_a_broken_file_is_reported_with_its_line(tmp_path: Path, text: str, expected: str):
    with pytest.raises(InvalidFeature) as caught:
        load_features(_write(tmp_path, broken=text))
    assert f"broken.py, {expected}" in caught.value.message
