"""A prompt that a model proposes after it read what failed: a new file for people to read, never one in use.

`Project.prompts.suggest` calls it.
"""

import dataclasses
import hashlib
import re
from pathlib import Path

import msgspec

from plimsoll.datasets import PromptLeak, check_dataset
from plimsoll.errors import InvalidFeature, InvalidRequest, UnusableAnswer
from plimsoll.evals import (
    CaseResult,
    EvalRun,
    ReadTexts,
    cases_to_look_at,
)
from plimsoll.features import AnyFeature
from plimsoll.gateway import ChatRequest
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.evals.compared_runs import texts_to_look_at
from plimsoll.project.files import put_file
from plimsoll.project.parts import Parts
from plimsoll.records import Message, Principal

_MOST_CASES = 20
_LONGEST = 1_500
_SECONDS = 120.0
_BETWEEN = re.compile(r"^<prompt>\n(.*?)^</prompt>$", re.DOTALL | re.MULTILINE)
_TASK = """You improve the prompt of an AI feature. You are given the prompt as a Jinja2 template and requests that
failed, each with what scorers said. Find what the failures have in common and mend the prompt for all requests of that
kind. Do not name these requests or their answers in it: they are the test. Keep its head, markers and variables.
Reply with one sentence that says what you changed, then the whole new prompt between the lines <prompt> and </prompt>.
"""


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt that was proposed."""

    file: str
    """The new file, relative to the project; the feature does not use it."""
    why: str
    """What the model says it changed."""
    run_id: str
    """The run whose failures it read."""
    cases: int
    """Failed cases that it read."""
    model: str
    """The model that proposed it, as `provider/model`."""
    cost_usd: float | None
    """What asking cost; None where a price is unknown."""
    leaks: tuple[PromptLeak, ...]
    """Cases of the dataset that stand in it: it was told the test, and a better figure would say nothing."""


async def suggest_prompt(
    parts: Parts, folder: Path, feature: AnyFeature, *, run: EvalRun, datasets: Datasets, model: str
) -> Suggestion:
    """Ask a model for a better prompt, check that it loads, and write it beside the old one.

    Raises InvalidRequest for a run of another feature or without a failure, UnusableAnswer for a reply that holds no
    prompt that loads; then nothing is left behind.
    """
    if run.feature != feature.name:
        raise InvalidRequest(f"The run {run.id[:12]} is one of {run.feature!r}, not of {feature.name!r}.")
    failed = cases_to_look_at(run)[:_MOST_CASES]
    if not failed:
        raise InvalidRequest(f"No case of the run {run.id[:12]} failed, so that there is nothing to learn from.")
    texts = await texts_to_look_at(parts, run, Principal.local())
    old = (folder / feature.prompt).read_text(encoding="utf-8-sig")
    asked = f"The prompt:\n{old}\n\nWhat failed:\n" + "\n\n".join(_tell(one, texts) for one in failed)
    messages = (Message(role="system", content=_TASK), Message(role="user", content=asked))
    request = ChatRequest(model=model or feature.model, messages=messages, timeout_seconds=_SECONDS)
    reply = await parts.gateway.chat(request, feature=feature.name)
    found = _BETWEEN.search(reply.text)
    if found is None:
        raise UnusableAnswer(
            "The reply holds no prompt between <prompt> and </prompt>.", next_step="Ask another model."
        )
    path = _write(parts, folder, feature, text=found.group(1))
    dataset = await datasets.load(run.dataset)
    return Suggestion(
        file=path,
        why=reply.text[: found.start()].strip(),
        run_id=run.id,
        cases=len(failed),
        model=f"{reply.provider}/{reply.model}",
        cost_usd=reply.cost_usd,
        leaks=check_dataset(dataset, other=None, prompts={path: found.group(1)}).in_prompts,
    )


def _tell(one: CaseResult, texts: ReadTexts) -> str:
    text = texts.texts.get(one.trace_id or "")
    said = [f"{name}: {score.reason or 'did not pass'}" for name, score in one.scores.items() if score.passed is False]
    lines = [
        f"Input: {_cut(text.input if text else None)}",
        f"Output: {_cut(text.output if text else None)}",
        f"Outcome: {one.outcome}. {one.message}",
        *said,
    ]
    return "\n".join(lines)


def _cut(text: str | None) -> str:
    return "(not kept)" if text is None else text[:_LONGEST]


def _write(parts: Parts, folder: Path, feature: AnyFeature, *, text: str) -> str:
    """Write the prompt under its hash and check that the feature could use it; a prompt that does not load goes."""
    old = Path(feature.prompt)
    path = old.with_name(f"{old.stem}.suggested-{hashlib.sha256(text.encode()).hexdigest()[:8]}{old.suffix}")
    if (folder / path).exists():
        return str(path)
    put_file(folder / path, text.encode())
    try:
        parts.runner.check(dataclasses.replace(feature, prompt=str(path)))
    except InvalidFeature as error:
        (folder / path).unlink()
        raise UnusableAnswer(
            f"The prompt that was proposed cannot be used: {error.message}", next_step="Ask again, or another model."
        ) from error
    return str(path)
