"""Runs a dataset over a corpus: each case retrieved, measured and kept like a case of any other evaluation.

Called by the project's operations. No feature takes part and no model answers: what is measured is retrieval alone.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec

from plimsoll.datasets import Dataset, evidence_of, hash_case
from plimsoll.errors import CallerError, InvalidDataset, InvalidRequest, PlimsollError
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.judgement import shorten
from plimsoll.evals.retrieval.retrieved_case import NDCG_DEPTH, RetrievedCase, judge_passages
from plimsoll.records import Case, Clock, ErrorClass, Outcome, Passage, new_id

_QUESTION_FIELDS = ("text", "question", "query")
_MOST_PASSAGES = 50
_PREFIX = "corpus:"


class Found(Protocol):
    """What a corpus found for one question."""

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages, best first."""
        ...

    @property
    def answerability(self) -> float:
        """Estimated probability that they hold an answer."""
        ...

    @property
    def is_answerable(self) -> bool:
        """Whether that is enough."""
        ...


Retrieve = Callable[[str, int], Awaitable[Found]]
"""Takes a question and a number of passages, returns what was found."""


class RetrievalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How retrieval is evaluated."""

    corpus: str
    """The corpus's name."""
    k: int = 5
    """Places that recall looks at, 1 to 50."""
    asker: str = ""
    """Who asks, for the record."""
    model: str = ""
    """The embedding model, for the record."""
    revision: str | None = None
    """The project's git commit, for the record."""


class RetrievalRun(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset's run over a corpus."""

    k: int
    """Places that recall looks at."""
    run: EvalRun
    """The run as it is kept; its feature is `corpus:NAME`."""
    cases: tuple[RetrievedCase, ...]
    """What was retrieved for each case, in the dataset's order; not kept."""
    unanswerable: frozenset[str]
    """Ids of the cases that expect an abstention."""


def corpus_of(run: EvalRun) -> str:
    """Return the corpus whose retrieval the run measured; empty for the run of a feature."""
    return run.feature.removeprefix(_PREFIX) if run.feature.startswith(_PREFIX) else ""


async def run_retrieval(
    dataset: Dataset,
    retrieve: Retrieve,
    *,
    settings: RetrievalSettings,
    clock: Clock,
    evaluations: Evaluations | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalRun:
    """Retrieve for every case, one at a time, measure what was found, and return the run.

    With `evaluations` each case is kept as soon as it is measured. A question that retrieval refuses or fails on is a
    result without measures. Raises InvalidRequest for a `k` out of bounds, InvalidDataset where a case has no question
    or none says where its answer stands.
    """
    questions = _check(dataset, settings)
    run = _begin(dataset, settings, clock)
    if evaluations:
        await evaluations.begin(run)
    cases: list[RetrievedCase] = []
    results: list[CaseResult] = []
    for place, (case, question) in enumerate(zip(dataset.cases, questions, strict=True)):
        found, result = await _measure(case, question, retrieve, k=settings.k, clock=clock)
        result = msgspec.structs.replace(result, place=place)
        if evaluations:
            await evaluations.add(run.id, [result])
        cases.append(found)
        results.append(result)
        if progress:
            progress(len(cases), len(questions))
    ended = msgspec.structs.replace(run, ended_at=clock.now(), is_complete=True, results=tuple(results))
    if evaluations:
        await evaluations.finish(ended)
    return RetrievalRun(
        k=settings.k,
        run=ended,
        cases=tuple(cases),
        unanswerable=frozenset(case.id for case in dataset.cases if case.expected.get("abstain") is True),
    )


def question_of(case: Case) -> str:
    """Return what the case asks: its one text, or its field `text`, `question` or `query`; empty where unclear."""
    texts = {name: value for name, value in case.input.items() if isinstance(value, str) and value.strip()}
    if len(texts) == 1:
        return next(iter(texts.values()))
    return next((texts[name] for name in _QUESTION_FIELDS if name in texts), "")


def _check(dataset: Dataset, settings: RetrievalSettings) -> Sequence[str]:
    if not 1 <= settings.k <= _MOST_PASSAGES:
        raise InvalidRequest(f"k={settings.k!r} is not between 1 and {_MOST_PASSAGES}.")
    if not any(evidence_of(case) for case in dataset.cases):
        raise InvalidDataset(
            f"No case of the dataset {dataset.name!r} says where its answer stands.",
            next_step='Write e.g. "expected": {"evidence": [{"source": "leave.md", "text": "30 days"}]}.',
        )
    questions = [question_of(case) for case in dataset.cases]
    for case, question in zip(dataset.cases, questions, strict=True):
        if not question:
            raise InvalidDataset(
                f"Which field of the case {case.id!r} is the question is not clear.",
                next_step='Name it "text": {"input": {"text": "..."}}.',
            )
    return questions


def _begin(dataset: Dataset, settings: RetrievalSettings, clock: Clock) -> EvalRun:
    asked = f"{settings.corpus}\n{settings.k}\n{settings.asker}\n{settings.model}"
    return EvalRun(
        id=new_id(clock),
        feature=f"{_PREFIX}{settings.corpus}",
        dataset=dataset.name,
        dataset_version=dataset.version,
        cases=len(dataset.cases),
        config_hash=hashlib.sha256(asked.encode()).hexdigest(),
        model=settings.model,
        revision=settings.revision,
        started_at=clock.now(),
    )


async def _measure(
    case: Case, question: str, retrieve: Retrieve, *, k: int, clock: Clock
) -> tuple[RetrievedCase, CaseResult]:
    before = clock.monotonic()
    found = await _look(case, question, retrieve, k=k)
    return found, _result(case, found, latency_ms=(clock.monotonic() - before) * 1_000)


async def _look(case: Case, question: str, retrieve: Retrieve, *, k: int) -> RetrievedCase:
    try:
        found = await retrieve(question, max(k, NDCG_DEPTH))
    except PlimsollError as error:
        is_refused = isinstance(error, CallerError)
        shown = f"{'refused' if is_refused else 'failed'}: {error.message}"
        return RetrievedCase(case_id=case.id, question=question, outcome=Outcome.FAILED, message=shorten(shown))
    return judge_passages(
        case,
        question,
        found.passages,
        answerability=found.answerability,
        is_answerable=found.is_answerable,
        k=k,
    )


def _result(case: Case, found: RetrievedCase, *, latency_ms: float) -> CaseResult:
    has_failed = found.outcome is Outcome.FAILED
    wrong = ErrorClass.VALIDATION if found.message.startswith("refused") else ErrorClass.INFRASTRUCTURE
    return CaseResult(
        case_id=case.id,
        case_hash=hash_case(case),
        cluster=cluster_of(case),
        tags=case.tags,
        outcome=found.outcome,
        error_class=wrong if has_failed else None,
        latency_ms=None if has_failed else latency_ms,
        scores=found.scores,
        inapplicable=found.inapplicable,
        message=found.message,
    )


def cluster_of(case: Case) -> str | None:
    """Return what the case names, else the document of its evidence: questions about one are not independent."""
    sources = [one.source for one in evidence_of(case) if one.source]
    return case.cluster or (f"document:{sources[0]}" if sources else None)
