"""The work that every tool does: a function that answers at once, one exact match, half of the cases right.

Read by our scripts and, through the file that it writes, by those of other tools in environments of their own.
"""

import json
from pathlib import Path


def write_cases(path: Path, count: int) -> None:
    """Write the cases, one JSON object a line: what is asked, and what is expected."""
    lines = (
        json.dumps({"id": f"c{n}", "asked": f"question {n}", "expected": f"answer to question {n - n % 2}"})
        for n in range(count)
    )
    path.write_text("\n".join(lines), encoding="utf-8")
