# pyright: basic, reportMissingImports=false
"""Inspect: a solver that answers at once, its exact scorer, its log. Runs in its own environment."""

import json
import sys
from pathlib import Path

from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ModelOutput
from inspect_ai.scorer import exact
from inspect_ai.solver import Solver, solver


@solver
def answer() -> Solver:
    """Answer at once."""

    async def solve(state, generate):  # noqa: ANN001, ANN202, ARG001 - the peer's own shape
        state.output = ModelOutput.from_content("none", f"answer to {state.input_text}")
        return state

    return solve


def main(path: str, at_once: str, folder: str) -> None:
    """Evaluate, and print how many passed."""
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    samples = [Sample(id=row["id"], input=row["asked"], target=row["expected"]) for row in rows]
    task = Task(dataset=MemoryDataset(samples), solver=answer(), scorer=exact())
    (log,) = evaluate(task, model="mockllm/model", max_samples=int(at_once), log_dir=folder, display="none")
    passed = sum(sample.scores["exact"].value == "C" for sample in log.samples)
    sys.stdout.write(json.dumps({"passed": passed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
