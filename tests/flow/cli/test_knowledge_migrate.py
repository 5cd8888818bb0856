"""`plimsoll knowledge migrate` as its user sees it, to a second encoder in a folder of the project and back."""

from pathlib import Path

import pytest

import plimsoll
from plimsoll.errors import InvalidRequest, InvalidSettings, ModelMissing, PlimsollError

from flow.cli.commands import Done
from flow.cli.commands import plimsoll as run
from unit.gateway.bert_by_hand import write_tiny_model

pytestmark = [pytest.mark.anyio, pytest.mark.model]
TINY = "./models/tiny"


@pytest.fixture
def project(project: Path) -> Path:
    """A project of the test's own, with a second model in it."""
    write_tiny_model(project / "models" / "tiny")
    return project


def migrate(project: Path, *options: str) -> Done:
    return run(project, "knowledge", "migrate", "docs", *options)


def test_a_corpus_changes_its_model_once_the_two_were_compared(project: Path):
    embedded = migrate(project, "--to", TINY)
    assert (embedded.code, embedded.err) == (0, "")
    assert "Embedded " in embedded.out
    assert f"Coming: {TINY}" in embedded.out
    refused = migrate(project, "--switch")
    assert refused.code != 0
    assert "--without-comparison" in refused.err

    compared = migrate(project, "--dataset", "docs_answer", "--switch")
    assert (compared.code, compared.err) == (0, "")
    assert "recall@5" in compared.out
    assert f"is searched with {TINY}" in compared.out
    assert "9.90" in run(project, "ask", "What does express delivery cost?").out


async def test_embedding_again_embeds_nothing_and_dropping_forgets_the_model(project: Path):
    async with plimsoll.open(project, environ={}) as opened:
        change = await opened.knowledge.migration("docs")
        first, again = await change.embed(TINY), await change.embed(TINY)
        assert (first.report.embedded > 0, first.cost_usd) == (True, 0.0)
        assert again.report.embedded == 0
        await change.switch(without_comparison=True)
        assert (await change.rollback()).model == "plimsoll/minilm"
        assert (await change.finish()).second_role == ""


@pytest.mark.parametrize(
    ("model", "kind", "said"),
    [
        ("gpt-4o", InvalidSettings, "no embedding model that a corpus can be embedded with"),
        ("./models/none", ModelMissing, "models/none"),
        ("plimsoll/minilm", InvalidRequest, "serves 'docs' already"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    project: Path, *, model: str, kind: type[PlimsollError], said: str
):
    async with plimsoll.open(project, environ={}) as opened:
        change = await opened.knowledge.migration("docs")
        with pytest.raises(kind, match=said):
            await change.embed(model)
        for refused in (change.switch, change.rollback, change.finish):
            with pytest.raises(InvalidRequest, match="no second embedding model"):
                await refused()
        assert (await change.state()).models.model == "plimsoll/minilm"
