"""Answer a question from the project's documents, with quotations, or abstain."""

from plimsoll import (
    Answer,
    Failures,
    Feature,
    Line,
    Question,
    Retrieval,
    answered,
    error_rate,
    latency,
    mean_cost,
    pass_rate,
)
from plimsoll.scorers import abstains_when_expected, cites_expected, grounded

docs_answer = Feature(
    "docs_answer",
    input=Question,
    output=Answer,
    prompt="prompts/answer.md",
    model="default",
    retrieval=Retrieval("docs", passages=6),
    dataset="docs_answer",
    on=Failures(timeout="abstain", empty="abstain"),
    line=Line(
        pass_rate(grounded, at_least=0.80),
        pass_rate(cites_expected, at_least=0.60),
        pass_rate(abstains_when_expected, at_least=0.60),
        answered(at_least=0.50),
        error_rate(at_most=0.10),
        latency(p95_seconds=2.0),
        mean_cost(at_most_usd=0.01),
    ),
)
