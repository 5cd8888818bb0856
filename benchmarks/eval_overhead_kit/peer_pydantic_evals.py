# pyright: basic, reportMissingImports=false
"""pydantic-evals: an async task, EqualsExpected; it keeps nothing on disk by itself. Runs in its own environment."""

import asyncio
import json
import sys
from pathlib import Path

from pydantic_evals import Case, Dataset
from pydantic_evals.evaluators import EqualsExpected


async def answer(asked: str) -> str:
    """Answer at once."""
    return f"answer to {asked}"


def main(path: str, at_once: str, folder: str) -> None:
    """Evaluate, and print how many passed."""
    del folder
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    cases = [Case(name=row["id"], inputs=row["asked"], expected_output=row["expected"]) for row in rows]
    dataset = Dataset(name="cases", cases=cases, evaluators=[EqualsExpected()])
    report = asyncio.run(dataset.evaluate(answer, max_concurrency=int(at_once), progress=False))
    passed = sum(case.assertions["EqualsExpected"].value for case in report.cases)
    sys.stdout.write(json.dumps({"passed": passed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
