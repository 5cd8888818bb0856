"""What a trace says of the configuration that served it: a hash that changes exactly when the configuration does."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.evals import Judge
from plimsoll.features import Answer, AnyFeature, Failures, Feature, FeatureRunner, Question, Retrieval, Sampling
from plimsoll.gateway import Alias, Gateway, ModelTarget, Scripted
from plimsoll.line import Line, latency
from plimsoll.prices import ModelPrice
from plimsoll.records import SystemClock

from flow.features.parts import GOOD, PROMPT, Found, docs_answer, make_bench

pytestmark = pytest.mark.anyio
WHEN = Question(text="How long may I return an item?")
Asked = Feature[Question, Answer]


class Longer(Answer):
    """Another reply."""

    more: str


def _hash(root: Path, feature: Asked, *, prompt: str = PROMPT, **constants: object) -> str:
    bench = make_bench(root, [GOOD])
    bench.corpus.constants = constants
    (root / "answer.md").write_text(prompt, encoding="utf-8")
    return bench.runner.check(feature).config_hash


def _hash_with_model(root: Path, model: str) -> str:
    bench = make_bench(root, [])
    target = ModelTarget(alias="default", provider="scripted", model=model, price=ModelPrice(source="test"))
    gateway = Gateway({"scripted": Scripted([])}, [Alias.of(target)], tracer=bench.tracer, clock=SystemClock())
    runner = FeatureRunner(
        gateway=gateway, retrievers={"handbook": bench.corpus}, root=root, tracer=bench.tracer, clock=SystemClock()
    )
    return runner.check(docs_answer()).config_hash


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(docs_answer(), retrieval=Retrieval("handbook", passages=5)),
        dataclasses.replace(docs_answer(), retrieval=Retrieval("handbook", passages=4, rerank=True)),
        dataclasses.replace(docs_answer(), on=Failures(timeout="abstain")),
        dataclasses.replace(docs_answer(), timeout_seconds=11),
        dataclasses.replace(docs_answer(), output=Longer),
    ],
)
def test_another_definition_is_another_hash(tmp_path: Path, changed: Asked):
    assert _hash(tmp_path, changed) != _hash(tmp_path, docs_answer())


@pytest.mark.parametrize(
    "changed",
    [
        docs_answer(),
        dataclasses.replace(docs_answer(), line=Line(latency(p95_seconds=1.0))),
        dataclasses.replace(docs_answer(), dataset="others"),
        dataclasses.replace(docs_answer(), online=Sampling(rate=0.5)),
    ],
)
def test_what_changes_no_answer_changes_no_hash(tmp_path: Path, changed: Asked):
    assert _hash(tmp_path, changed) == _hash(tmp_path, docs_answer())


def test_prompt_parameters_model_and_answerability_are_in_the_hash(tmp_path: Path):
    hashes = [
        _hash(tmp_path, docs_answer()),
        _hash(tmp_path, docs_answer(), prompt=PROMPT + "Be brief.\n"),
        _hash(tmp_path, docs_answer(), prompt=PROMPT.replace("temperature: 0", "temperature: 1")),
        _hash(tmp_path, docs_answer(), fitted={"answerability": {"answerable_at": 0.2}}),
        _hash_with_model(tmp_path, "larger"),
    ]
    assert len(set(hashes)) == len(hashes)
    assert _hash_with_model(tmp_path, "small") == hashes[0]


def test_the_hash_survives_a_restart(tmp_path: Path):
    script = (
        "import sys; from pathlib import Path; from flow.features.test_what_served import _hash, docs_answer; "
        "print(_hash(Path(sys.argv[1]), docs_answer(), b=1, a={'y': 2, 'x': 1}))"
    )
    path = os.pathsep.join(sys.path)
    found = [
        subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert found == [_hash(tmp_path, docs_answer(), a={"x": 1, "y": 2}, b=1)] * 2


async def test_a_request_names_the_variant_that_served_it_and_no_release(tmp_path: Path):
    bench = make_bench(tmp_path, [GOOD, GOOD], Found())
    await bench.runner.run(docs_answer(), WHEN)
    await bench.runner.run(docs_answer(), WHEN, tags={"plimsoll.variant": "prompt=b.md"})
    roots = [dict(root.attributes or {}) for root in bench.spans("feature ")]
    assert [root["plimsoll.variant"] for root in roots] == ["live", "prompt=b.md"]
    assert not any("plimsoll.release" in root for root in roots)


async def test_a_judges_trace_is_no_request(tmp_path: Path):
    bench = make_bench(tmp_path, ['{"reason": "It is.", "verdict": "pass"}'])
    (tmp_path / "kind.md").write_text("Is it kind? {{ input.answer }}", encoding="utf-8")
    judge: AnyFeature = Judge("kind", prompt="kind.md", model="default").feature  # type: ignore[assignment]
    value = judge.parse_input({"input": {}, "answer": "Yes.", "output": {}, "passages": [], "expected": {}})
    await bench.runner.run(judge, value)
    kinds = {str((span.attributes or {}).get("plimsoll.kind")) for span in bench.spans()}
    assert kinds == {"judge", "prompt", "model", "parse"}
