"""Law 7: every Python block of README and docs runs; links between pages lead somewhere; every room has its note."""

import os
import re
import sys
from pathlib import Path
from subprocess import run

import pytest

from law.sources import PACKAGE, ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)[^)]*\)")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _python_blocks() -> list[tuple[str, str]]:
    return [(f"{_name(page)}:{number}", code) for page in PAGES for number, code in _scripts_of(page).items()]


def _scripts_of(page: Path) -> dict[int, str]:
    """Return what runs of a page, by the number of its first block; `continued` blocks go on with the one before."""
    scripts: dict[int, str] = {}
    for number, (language, tag, code) in enumerate(FENCE.findall(page.read_text(encoding="utf-8"))):
        if language != "python" or tag.strip().startswith("illustration:"):
            continue
        if tag.strip() == "continued":
            scripts[max(scripts)] += code
        else:
            scripts[number] = code
    return scripts


@pytest.mark.parametrize(("where", "code"), _python_blocks(), ids=lambda value: value if ".md:" in value else "")
def test_the_python_block_runs(where: str, code: str, tmp_path: Path):
    """A block runs with those that continue it, in a fresh interpreter and an empty folder."""
    environment = {"PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path), **_model_cache()}
    command = [sys.executable, "-c", code]
    done = run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, f"{where}\n{done.stderr}"


def _model_cache() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PLIMSOLL_CACHE", "PATH") if name in os.environ}


def test_an_illustration_gives_its_reason():
    bare = [
        _name(page)
        for page in PAGES
        for language, tag, _ in FENCE.findall(page.read_text(encoding="utf-8"))
        if language == "python" and tag.strip().startswith("illustration") and len(tag.split(":", 1)[-1].strip()) < 8
    ]
    assert bare == []


def test_links_between_pages_lead_somewhere():
    broken = [
        (_name(page), target)
        for page in PAGES
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_room_has_a_design_note():
    rooms = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    assert [room for room in rooms if not (ROOT / "docs" / "design" / f"{room}.md").exists()] == []


def test_a_news_fragment_is_one_sentence():
    fragments = [path for path in (ROOT / "changes").glob("*.md") if path.name != "README.md"]
    texts = [path.read_text(encoding="utf-8").strip() for path in fragments]
    assert [text for text in texts if "\n" in text or not text.endswith(".")] == []
