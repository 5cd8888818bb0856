"""Ours: an async function, one exact match, the run kept in an SQLite file. `ours_function.py CASES AT_ONCE FOLDER`."""

import asyncio
import json
import sys
from pathlib import Path

from plimsoll import Case, evaluate_function
from plimsoll.evals import Keeping, RunSettings
from plimsoll.scorers import exact


async def answer(asked: dict[str, object]) -> str:
    """Answer at once."""
    return f"answer to {asked['text']}"


def main(path: str, at_once: str, folder: str) -> None:
    """Evaluate, and print how many passed."""
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    cases = [Case(id=row["id"], input={"text": row["asked"]}, expected={"exact": row["expected"]}) for row in rows]
    keeping, settings = Keeping(file=Path(folder) / "runs.db"), RunSettings(concurrency=int(at_once))
    run = asyncio.run(evaluate_function(answer, cases, scorers=[exact], settings=settings, keeping=keeping))
    sys.stdout.write(json.dumps({"passed": sum(one.value_of("exact") == 1.0 for one in run.results)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
