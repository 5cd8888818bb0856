"""Ours: a feature on a scripted model, with prompt, gateway and one stored trace a case."""

import asyncio
import json
import sys
from pathlib import Path

from plimsoll.datasets import load_dataset
from plimsoll.evals import Evaluations, RunSettings, run_dataset
from plimsoll.features import Answer, Feature, FeatureRunner, Question
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, Scripted
from plimsoll.line import Line, pass_rate
from plimsoll.records import SystemClock
from plimsoll.scorers import exact
from plimsoll.store import Store
from plimsoll.traces import Capture

ALIAS = Alias.of(ModelTarget(alias="default", provider="scripted", model="one"))
FEATURE = Feature(
    "echo", input=Question, output=Answer, prompt="echo.md", dataset="cases", line=Line(pass_rate(exact, at_least=0.5))
)


def reply(request: ChatRequest) -> str:
    """Answer at once."""
    return json.dumps({"answer": f"answer to {request.messages[-1].content.splitlines()[0]}"})


def write_files(path: Path, folder: Path) -> None:
    """Write the prompt and the dataset."""
    (folder / "echo.md").write_text("{{ input.text }}\n", encoding="utf-8")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    lines = (
        json.dumps({"id": row["id"], "input": {"text": row["asked"]}, "expected": {"exact": row["expected"]}})
        for row in rows
    )
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")


async def evaluate(at_once: int, folder: Path) -> int:
    """Evaluate, and return how many passed."""
    clock = SystemClock()
    state = await Store.open(f"sqlite:///{folder}/state.db", schema="state", clock=clock)
    traces = await Store.open(f"sqlite:///{folder}/traces.db", schema="traces", clock=clock)
    capture = Capture(traces, clock, bound=100_000)
    await capture.start()
    gateway = Gateway({"scripted": Scripted(reply)}, [ALIAS], tracer=capture.tracer, clock=clock)
    runner = FeatureRunner(gateway=gateway, retrievers={}, root=folder, tracer=capture.tracer, clock=clock)
    run = await run_dataset(
        FEATURE,
        load_dataset(folder / "cases.jsonl"),
        runtime=runner,
        clock=clock,
        evaluations=Evaluations(state, clock),
        settings=RunSettings(concurrency=at_once),
    )
    await capture.close()
    await state.close()
    await traces.close()
    return sum(one.value_of("exact") == 1.0 for one in run.results)


if __name__ == "__main__":
    write_files(Path(sys.argv[1]), Path(sys.argv[3]))
    passed = asyncio.run(evaluate(int(sys.argv[2]), Path(sys.argv[3])))
    sys.stdout.write(json.dumps({"passed": passed}))
