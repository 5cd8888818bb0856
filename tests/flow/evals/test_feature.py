"""A dataset through the real runner: answers, invented numbers, abstentions, a provider that is down, a baseline."""

from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.datasets import Dataset, load_dataset
from plimsoll.errors import ProviderUnreachable, UpstreamError
from plimsoll.evals import (
    EvalRun,
    Evaluations,
    RunSettings,
    gate_run,
    run_dataset,
)
from plimsoll.features import Answer, Failures, Feature, FeatureRunner, Question, Retrieval
from plimsoll.gateway import Alias, ChatRequest, Gateway, ModelTarget, Scripted
from plimsoll.line import Line, answered, error_rate, pass_rate
from plimsoll.records import ErrorClass, Outcome, SystemClock, Verdict
from plimsoll.scorers import abstains_when_expected, cites_expected, contains_expected, grounded

from contract.store.databases import opened
from flow.features.parts import PROMPT, FixedCorpus, Found

pytestmark = pytest.mark.anyio
CLOCK = SystemClock()
QUOTES = '[{"passage": 1, "quote": "within 30 days of delivery"}]'
GOOD = f'{{"answer": "Customers may return an item within 30 days of delivery.", "quotes": {QUOTES}}}'
INVENTED = f'{{"answer": "Customers may return an item within 45 days of delivery.", "quotes": {QUOTES}}}'
SILENT = '{"answer": "", "quotes": [], "abstained": true}'
DOWN = ProviderUnreachable("No connection to 'scripted'.")
FEATURE = Feature(
    "docs_answer",
    input=Question,
    output=Answer,
    prompt="answer.md",
    retrieval=Retrieval("handbook"),
    on=Failures(),
    line=Line(
        pass_rate(grounded, at_least=0.6),
        pass_rate(cites_expected, at_least=0.6),
        pass_rate(abstains_when_expected, at_least=0.6),
        answered(at_least=0.5),
        error_rate(at_most=0.2),
    ),
)


def runner(root: Path, *, invents_from: int) -> FeatureRunner:
    """Return a runner whose model is silent about the moon, down for case 39, and invents from a case on."""

    def say(request: ChatRequest) -> str | UpstreamError:
        question = request.messages[-1].content.split("Question:")[1]
        number = int(question.split()[-1])
        if number == 39:
            return DOWN
        return SILENT if "moon" in question else INVENTED if number >= invents_from else GOOD

    (root / "answer.md").write_text(PROMPT, encoding="utf-8")
    tracer = TracerProvider().get_tracer("test")
    target = ModelTarget(alias="default", provider="scripted", model="small")
    gateway = Gateway({"scripted": Scripted(say)}, [Alias.of(target)], tracer=tracer, clock=CLOCK)
    return FeatureRunner(
        gateway=gateway, retrievers={"handbook": FixedCorpus(Found())}, root=root, tracer=tracer, clock=CLOCK
    )


def dataset(root: Path) -> Dataset:
    answer = '{{"contains": "30 days", "abstain": false}}'
    known = '{{"id": "c{0:02}", "input": {{"text": "Returns {0}"}}, "expected": ' + answer + "}}"
    unknown = '{{"id": "c{0:02}", "input": {{"text": "The moon {0}"}}, "expected": {{"abstain": true}}}}'
    path = root / "docs_answer.jsonl"
    lines = [(unknown if number % 8 == 0 else known).format(number) for number in range(40)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return load_dataset(path)


async def run(root: Path, evaluations: Evaluations, *, invents_from: int) -> EvalRun:
    return await run_dataset(
        FEATURE,
        dataset(root),
        runtime=runner(root, invents_from=invents_from),
        clock=CLOCK,
        evaluations=evaluations,
        settings=RunSettings(scorers=(contains_expected,)),
    )


async def test_a_feature_that_holds_its_line_and_its_copy_that_invents_numbers(tmp_path: Path):
    async with opened(f"sqlite:///{tmp_path}/state.db") as store:
        evaluations = Evaluations(store, CLOCK)
        good = await run(tmp_path, evaluations, invents_from=100)
        bad = await run(tmp_path, evaluations, invents_from=10)
        assert await evaluations.latest("docs_answer") == bad

    line = FEATURE.line
    assert line is not None
    silent, first, down = good.results[0], good.results[1], good.results[39]
    assert (silent.outcome, set(silent.scores)) == (Outcome.ABSTAINED, {"abstains_when_expected"})
    assert silent.inapplicable == {"grounded", "cites_expected", "contains_expected"}
    assert all(score.passed for score in first.scores.values())
    assert (down.error_class, down.scores) == (ErrorClass.INFRASTRUCTURE, {})
    assert len({one.trace_id for one in good.results}) == 40

    report = gate_run(line, good)
    assert (report.verdict, report.exit_code) == (Verdict.HOLDS, 0)
    assert [(one.evidence.n, one.evidence.missing) for one in report.decisions[:3]] == [(34, 1), (34, 1), (39, 1)]

    report = gate_run(line, bad, good)
    assert (report.verdict, report.exit_code) == (Verdict.FALLS_SHORT, 1)
    assert bad.results[11].scores["grounded"].reason == "In none of the cited passages: 45."
    assert len(report.comparisons[0].difference.regressed) == 26
