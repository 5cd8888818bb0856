"""The repository's own project is what `plimsoll init` writes: one definition, in two places, never different."""

import pytest

from law.sources import ROOT, TEMPLATE


@pytest.mark.parametrize("name", ["features/docs_answer.py", "prompts/answer.md"])
def test_the_repository_uses_the_feature_that_newcomers_get(name: str):
    assert (ROOT / name).read_text(encoding="utf-8") == (TEMPLATE / name).read_text(encoding="utf-8")
