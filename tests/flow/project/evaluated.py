"""A small project to be evaluated: a feature of one call, a model behind a test server, a dataset of numbers."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import plimsoll
from plimsoll import Project
from plimsoll.testing import Upstream

SETTINGS = """
[providers.up]
base_url = "{url}"

[models.default]
model = "up/test-model"
retries = 0
{prices}
"""
PRICES = "input_usd_per_million = 1_000.0\noutput_usd_per_million = 0.0"
"""A cent for each of the test server's answers, which claim 11 tokens read: 0.011 USD."""
USD_PER_REQUEST = 0.011
FEATURE = """
from plimsoll import Answer, Feature, Line, Question, answered, latency, pass_rate
from plimsoll.scorers import contains_expected{more_imports}

echo = Feature("echo", input=Question, output=Answer, prompt="prompts/echo.md", dataset="echo",
    line=Line(pass_rate(contains_expected, at_least=0.5), {more_bars} answered(at_least=0.5)))
"""


def write_evaluated(
    folder: Path, upstream: Upstream, *, cases: int = 12, prices: str = PRICES, judge: bool = False
) -> Path:
    """Write the project; with `judge` its line asks a judge as well."""
    for name in ("features", "prompts", "datasets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "plimsoll.toml").write_text(SETTINGS.format(url=upstream.base_url, prices=prices), encoding="utf-8")
    imports, bars = (", Judge", 'pass_rate(Judge("kind", prompt="prompts/kind.md", model="default"), at_least=0.5),')
    feature = FEATURE.format(more_imports=imports if judge else "", more_bars=bars if judge else "")
    (folder / "features" / "echo.py").write_text(feature, encoding="utf-8")
    (folder / "prompts" / "echo.md").write_text("Say: {{ input.text }}\n", encoding="utf-8")
    (folder / "prompts" / "kind.md").write_text("Is it kind? {{ input.answer }}\n", encoding="utf-8")
    write_cases(folder, cases)
    return folder


def write_cases(folder: Path, cases: int) -> None:
    """Write the dataset: case 3 asks for `number 3.`."""
    lines = (f'{{"id": "c{n}", "input": {{"text": "number {n}."}}}}' for n in range(cases))
    (folder / "datasets" / "echo.jsonl").write_text("\n".join(lines), encoding="utf-8")


@asynccontextmanager
async def evaluated(folder: Path) -> AsyncGenerator[Project]:
    """Open the project."""
    async with plimsoll.open(folder, environ={}) as project:
        yield project


def asked_by_case(upstream: Upstream, cases: int) -> Counter[int]:
    """Return how often each case was asked for."""
    texts = [str(seen.body) for seen in upstream.list_requests()]
    return Counter({n: count for n in range(cases) if (count := sum(f"number {n}." in text for text in texts))})
