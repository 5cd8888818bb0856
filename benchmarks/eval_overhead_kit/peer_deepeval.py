# pyright: basic, reportMissingImports=false
"""DeepEval: the function is called first, then its ExactMatchMetric; it keeps its cache. In its own environment."""

import json
import os
import sys
from pathlib import Path

os.environ.update(DEEPEVAL_TELEMETRY_OPT_OUT="YES", DEEPEVAL_UPDATE_WARNING_OPT_IN="NO", DEEPEVAL_NO_INSPECT_PROMPT="1")

from deepeval import evaluate
from deepeval.evaluate import AsyncConfig, DisplayConfig
from deepeval.metrics import ExactMatchMetric
from deepeval.test_case import LLMTestCase


def main(path: str, at_once: str, folder: str) -> None:
    """Evaluate, and print how many passed."""
    os.chdir(folder)
    rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
    cases = [
        LLMTestCase(
            name=row["id"],
            input=row["asked"],
            actual_output=f"answer to {row['asked']}",
            expected_output=row["expected"],
        )
        for row in rows
    ]
    shown = DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False)
    atonce = AsyncConfig(max_concurrent=int(at_once))
    result = evaluate(cases, metrics=[ExactMatchMetric()], async_config=atonce, display_config=shown)
    passed = sum(one.success for one in result.test_results)
    sys.stdout.write("\n" + json.dumps({"passed": passed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
