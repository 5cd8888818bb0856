"""`plimsoll knowledge fit` as its user sees it: what it prints can be pasted and is then in use."""

import json
from pathlib import Path

import pytest

from plimsoll.datasets import load_dataset

from flow.cli.commands import plimsoll

pytestmark = pytest.mark.model
COUNT = 48
BAD_MIX = "\n[knowledge.parts.retrieval.mix]\nwords = 0.0\nchunk = 1.0\nsentence = 0.0\n"


@pytest.fixture
def project(project: Path) -> Path:
    """A project of the test's own, with a corpus of parts that only their numbers tell apart."""
    parts = project / "parts"
    parts.mkdir()
    for number in range(COUNT):
        text = f"Part KX-{4000 + 37 * number} weighs {number + 3} kg and is made of steel.\n"
        (parts / f"p{number}.md").write_text(text, encoding="utf-8")
    cases = [
        {
            "id": f"c{number}",
            "input": {"text": f"How heavy is part KX-{4000 + 37 * number}?"},
            "expected": {"evidence": [{"source": f"p{number}.md"}]},
        }
        for number in range(COUNT)
    ]
    lines = "\n".join(json.dumps(case) for case in cases)
    (project / "datasets" / "weights.jsonl").write_text(lines + "\n", encoding="utf-8")
    add(project, '\n[knowledge.parts]\npaths = ["parts"]\n' + BAD_MIX)
    done = plimsoll(project, "ingest", "--corpus", "parts")
    assert (done.code, done.err) == (0, "")
    return project


def add(folder: Path, text: str, *, instead_of: str = "") -> None:
    settings = folder / "plimsoll.toml"
    settings.write_text(settings.read_text().replace(instead_of, "") + text, encoding="utf-8")


def test_what_is_better_is_printed_as_settings_which_are_then_in_use(project: Path):
    found = json.loads(plimsoll(project, "knowledge", "fit", "parts", "weights", "--json").out)
    assert found["mix"]["gain"]["low"] > 0
    assert found["settings"].startswith("[knowledge.parts.retrieval.mix]\nmodel = ")
    assert "0 without decide nothing" in found["undecided"][0]

    add(project, f"\n{found['settings']}", instead_of=BAD_MIX)
    again = plimsoll(project, "knowledge", "fit", "parts", "weights")
    assert (again.code, again.err) == (0, "")
    assert "The mix stays, because no other is better" in " ".join(again.out.split())
    assert "plimsoll.toml" not in again.out


def test_a_mix_of_another_model_is_doubted_by_the_doctor_and_weights_that_are_no_mix_are_refused(project: Path):
    foreign = BAD_MIX + 'model = "0123456789abcdef"\n'
    add(project, foreign, instead_of=BAD_MIX)
    shown = " ".join(plimsoll(project, "doctor").out.split())
    assert "mix of legs is not used: it is of the embedding model '0123456789abcdef'" in shown
    add(project, BAD_MIX.replace("1.0", "0.7"), instead_of=foreign)
    done = plimsoll(project, "knowledge", "documents")
    assert done.code != 0
    assert "[knowledge.parts.retrieval.mix]" in done.err


def test_too_few_labels_of_a_pinned_version_decide_nothing(project: Path):
    version = load_dataset(project / "datasets" / "docs_answer.jsonl").version
    done = plimsoll(project, "knowledge", "fit", "docs", f"docs_answer@{version[:8]}")
    assert (done.code, done.err) == (0, "")
    assert "15 without decide nothing about answerability" in " ".join(done.out.split())
