"""A project in which something has happened: documents, sources, two runs, an audit, and six hours of traffic."""

import json
from pathlib import Path

import numpy as np

from plimsoll.project import Project
from plimsoll.records import Attribute, Score, ScoreSource, Span

from contract.server.serving import open_new_project

QUESTION = "How long do customers have to return an item?"
LONG = "an_unbroken_name_that_is_far_longer_than_a_phone_is_wide_" * 3
_NOTES = """
[knowledge.docs.sources.notes]
kind = "folder"
paths = ["notes"]
max_age = "7d"
"""
_ODD = {"id": LONG, "input": {"text": f"{QUESTION} {LONG}"}, "tags": [LONG]}
_KNOWN = [
    {"id": f"c{n}", "input": {"text": "What does express delivery cost?"}, "expected": {"contains": str(n)}}
    for n in range(60)
]
_SECOND = 1_000_000_000
_SPREAD_SECONDS = 6 * 3600
_ENDINGS = ("answered",) * 14 + ("abstained",) * 3 + ("failed", "refused")


async def furnish(folder: Path, *, requests: int = 120) -> None:
    """Give the project in the folder what each page shows when a team has used it for a while."""
    async with open_new_project(folder) as project:
        _write_files(project)
    async with open_new_project(folder) as project:
        await project.evals.run("docs_answer")
        await project.knowledge.ingest()
        await project.knowledge.sync("docs")
        for name in ("a", "b"):
            (project.folder / "notes" / f"{name}.md").unlink()
        await project.knowledge.sync("docs")
        await project.knowledge.audit("docs", keep=True)
        await project.evals.run("docs_answer")
        await project.ask(QUESTION)
        record_traffic(project, requests)
        record_traffic(project, 20, feature="shop/app")
        await project.traces.list()
        await project._parts.traces.add_scores([_judged(number) for number in range(0, requests, 2)])


def record_traffic(project: Project, requests: int, *, feature: str = "docs_answer") -> None:
    """Write down requests of the last six hours, alike at every call: most answered, some not, one in twenty failed."""
    now_ns = round(project._parts.clock.now().timestamp() * _SECOND)
    draw = np.random.default_rng(6)
    for number in range(requests):
        begin = now_ns - int((number + draw.random()) / requests * _SPREAD_SECONDS * _SECOND) - 5 * _SECOND
        seconds = float(draw.lognormal(-0.9, 0.5))
        for span in _request(number, begin, seconds=seconds, feature=feature):
            assert project._parts.capture.put(span)


def _judged(number: int) -> Score:
    passed = number % 22 != 0
    trace_id = f"{0x1F00 + number:032x}"
    return Score(
        name="grounded", value=float(passed), passed=passed, source=ScoreSource.CODE, by="grounded", trace_id=trace_id
    )


def _request(number: int, begin: int, *, seconds: float, feature: str) -> list[Span]:
    outcome = _ENDINGS[number % len(_ENDINGS)]
    first = 0x1F00 if feature == "docs_answer" else 0x2F00
    trace_id, end = f"{first + number:032x}", begin + int(seconds * _SECOND)
    whose: dict[str, Attribute] = {
        "plimsoll.feature": feature,
        "plimsoll.tenant": "local",
        "plimsoll.subject": f"user:{number % 9}",
    }
    ended: dict[str, Attribute] = {"plimsoll.error_class": "model"} if outcome == "failed" else {}
    root = Span(
        trace_id=trace_id,
        span_id=f"{2 * number + 1:016x}",
        name=feature,
        start_ns=begin,
        end_ns=end,
        error="The model's reply was no JSON." if outcome == "failed" else None,
        attributes={
            **whose,
            **ended,
            "plimsoll.kind": "request",
            "plimsoll.outcome": outcome,
            "plimsoll.input": json.dumps({"text": f"{QUESTION} ({number})" if number else f"{QUESTION} {LONG}"}),
            "plimsoll.output": json.dumps({"answer": "Within 30 days." if outcome == "answered" else ""}),
        },
    )
    return [_call_within(root, number, whose), root]


def _call_within(root: Span, number: int, whose: dict[str, Attribute]) -> Span:
    return Span(
        trace_id=root.trace_id,
        span_id=f"{2 * number + 2:016x}",
        parent_id=root.span_id,
        name="chat fast",
        start_ns=root.start_ns + (root.end_ns - root.start_ns) // 4,
        end_ns=root.end_ns,
        attributes={
            **whose,
            "plimsoll.kind": "model",
            "gen_ai.operation.name": "chat",
            "gen_ai.request.model": "fast",
            "gen_ai.usage.input_tokens": 600 + number,
            "gen_ai.usage.output_tokens": 40 + number % 30,
            "plimsoll.cost_usd": 0.0004 + 0.00001 * (number % 30),
        },
    )


def _write_files(project: Project) -> None:
    settings = project.folder / "plimsoll.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + _NOTES, encoding="utf-8")
    (project.folder / "documents/broken.pdf").write_bytes(b"%PDF-1.4 broken")
    notes = project.folder / "notes"
    notes.mkdir()
    for name in ("a", "b", "c", LONG):
        (notes / f"{name}.md").write_text(f"# Note {name}\n\nSee https://example.org/{LONG}{LONG}.\n", "utf-8")
    cases = "\n".join(json.dumps(one) for one in (_ODD, *_KNOWN))
    (project.folder / "datasets/docs_answer.jsonl").write_text(cases, encoding="utf-8")
