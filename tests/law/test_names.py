"""Law 5: few public names, every one of them documented."""

import ast
import re

import plimsoll
from plimsoll.cli import VERBS

from law.sources import PACKAGE, ROOT

REFERENCE = ROOT / "docs" / "reference"


def _names_for_type_checkers() -> list[str]:
    tree = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return sorted(alias.name for node in imports for alias in node.names)


def test_the_root_exports_at_most_30_names():
    assert len(dir(plimsoll)) <= 30


def test_every_public_name_loads():
    assert [name for name in dir(plimsoll) if getattr(plimsoll, name) is None] == []


def test_type_checkers_see_the_same_names():
    assert _names_for_type_checkers() == [name for name in dir(plimsoll) if not name.startswith("__")]


def test_every_public_name_is_documented():
    page = (REFERENCE / "api.md").read_text(encoding="utf-8")
    assert [name for name in dir(plimsoll) if f"### {name}\n" not in page and not name.startswith("__")] == []


def test_every_command_is_documented():
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    assert [verb.name for verb in VERBS if f"## plimsoll {verb.name}\n" not in page] == []


def test_no_file_is_named_after_nothing():
    banned = re.compile(r"(^|_)(utils?|helpers?|common|core|manager|misc|base)(_|$)")
    assert [path.name for path in PACKAGE.rglob("*.py") if banned.search(path.stem)] == []
