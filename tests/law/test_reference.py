"""Law 7: the reference is written from the code and current; every settings key has a description."""

import importlib.util

import pytest

from plimsoll.project import Settings

from law.sources import ROOT


def _pages() -> dict[str, str]:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "tools" / "reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


@pytest.mark.parametrize("name", ["errors.md", "settings.md", "cli.md", "api.md", "tables.md", "http.md"])
def test_the_generated_page_is_current(name: str):
    committed = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert committed == _pages()[name], "run `make docs`"


def test_every_setting_says_what_it_is():
    undocumented = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undocumented == []
