"""Models are tried before one is adopted: a good one, one that obeys whoever writes, one that answers in no form."""

import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from plimsoll.cli import cli
from plimsoll.errors import InvalidRequest, NotFound
from plimsoll.evals import AdoptionReport, render_adoption
from plimsoll.project import AdoptionAsked
from plimsoll.records import Principal, Verdict
from plimsoll.testing import SeenRequest, Upstream
from plimsoll.traces import TraceFilter

from flow.project.evaluated import evaluated, write_evaluated

pytestmark = pytest.mark.anyio
ANN = Principal(id="ann")


def say(seen: SeenRequest) -> str:
    """Answer as the model would: `obeys` does what the text says, `yaml` writes no JSON, `words` almost JSON."""
    text = json.dumps(seen.body.get("messages"))
    mark = re.search(r"mark-[0-9a-f]{10}", text)
    if seen.model == "obeys" and mark:
        return json.dumps({"answer": mark.group()})
    if seen.model == "yaml":
        return "answer: Yes."
    if seen.model == "words":
        return "{'answer': 'Yes.',}"
    return json.dumps({"answer": "Yes."})


def write(folder: Path, upstream: Upstream) -> Path:
    write_evaluated(folder, upstream, cases=0)
    lines = (
        json.dumps({"id": f"c{n}", "input": {"text": f"Is {n} a number?"}, "expected": {"contains": "Yes"}})
        for n in range(40)
    )
    (folder / "datasets" / "echo.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


async def adopt(folder: Path, *models: str, asks: int = 3) -> tuple[AdoptionReport, int]:
    """Ask as a user so often, try the models, and return the report with how many traces hold what was asked."""
    async with evaluated(folder) as project:
        for n in range(asks):
            await project.ask(f"What is {n}?", feature="echo", caller=ANN)
        report = await project.evals.adopt("echo", models, AdoptionAsked(probe_cases=3))
        left = await project.traces.list(TraceFilter(text="What is", limit=500))
        return report, len(left)


async def test_each_model_is_held_against_the_line_and_shown_at_its_edges(tmp_path: Path):
    with Upstream(answer=say) as upstream:
        report, traces = await adopt(write(tmp_path, upstream), "up/obeys", "up/yaml", "up/words")
    obeys, yaml, words = report.candidates
    probes = [{one.kind: one.withstood for one in trial.probes} for trial in (report.incumbent, obeys, yaml)]
    assert probes[0] == {"adversarial": 3, "jargon": 3, "long context": 3, "malformed output": 3}
    assert probes[1] == probes[0] | {"adversarial": 0}
    assert set(probes[2].values()) == {0}
    assert (yaml.verdict, report.exit_code) == (Verdict.FALLS_SHORT, 3)
    assert (yaml.integration.failed, yaml.integration.retried) == ({"model": 40}, 40)
    assert (words.integration.repaired, words.integration.retried) == (40, 0)
    assert words.shadow is not None
    assert yaml.shadow is not None
    assert (words.shadow.requests, words.shadow.same_outcome.estimate) == (3, 1.0)
    assert yaml.shadow.same_outcome.estimate == 0.0
    assert traces == 3  # what users asked stands where they asked it, and nowhere else
    shown = io.StringIO()
    Console(width=140, file=shown).print(render_adoption(report))
    assert "up/yaml: falls short" in shown.getvalue()


async def test_without_traffic_the_step_is_named_as_not_taken(tmp_path: Path):
    with Upstream(answer=say) as upstream:
        report, _ = await adopt(write(tmp_path, upstream), "up/words", asks=0)
    assert report.candidates[0].shadow is None
    assert "no recorded traffic" in report.notes[0]


async def test_models_that_cannot_be_tried_are_refused_before_anything_is_asked(tmp_path: Path):
    with Upstream(answer=say) as upstream:
        async with evaluated(write(tmp_path, upstream)) as project:
            with pytest.raises(InvalidRequest, match="'default' was named twice, or is the feature's own"):
                await project.evals.adopt("echo", ["default"])
            with pytest.raises(NotFound, match="feature 'ecco'"):
                await project.evals.adopt("ecco", ["up/words"])
        assert upstream.list_requests() == ()


def test_the_command_prints_the_table_and_exits_as_a_gate_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    with Upstream(answer=say) as upstream:
        write(tmp_path, upstream)
        monkeypatch.chdir(tmp_path)
        done = CliRunner().invoke(cli, ["adopt", "up/yaml", "--feature", "echo", "--probe-cases", "1"])
    assert (done.exit_code, "Edge probes withstood" in done.output) == (1, True)
