"""Runs a feature over a dataset: each case a request with a trace of its own, scored, and kept as soon as it is done.

Called by the project's operations. It goes through the feature's `Runtime` like any other caller, changes nothing in
how the feature works, and judges no line.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Generic, NoReturn, TypeVar, cast

import msgspec
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, InvalidRequest, PlimsollError
from plimsoll.evals.case_line import hash_case
from plimsoll.evals.dataset import Dataset
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.judgement import shorten
from plimsoll.evals.score_case import Judgements, score_case
from plimsoll.features import Feature, Result, Runtime
from plimsoll.line import Sample, Scorer
from plimsoll.records import Case, Clock, ErrorClass, Outcome, Principal, new_id

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)

_MOST_AT_ONCE = 64
_MOST_REPEATS = 100
_LAST_WORD_SECONDS = 5.0
_NOTHING = Judgements(scores={}, inapplicable=frozenset())


class RunSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a dataset is run."""

    scorers: tuple[Scorer, ...] = ()
    """Scorers beyond those of the feature's line."""
    concurrency: int = 1
    """Requests at once, 1 to 64; latency is judged at 1 only, since requests wait for each other above it."""
    repeats: int = 1
    """How often each case is asked for, 1 to 100."""
    caller: Principal | None = None
    """Who asks; None for the person at this machine."""
    config_hash: str = ""
    """Hash of what the feature runs with, for the record."""
    model: str = ""
    """The model that is asked, for the record; empty for the name that the feature gives."""
    revision: str | None = None
    """The project's git commit, for the record."""
    scorer_timeout_seconds: float = 60.0
    """How long one scorer may take over one case."""


class RunProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a run has come."""

    run_id: str
    """The run."""
    feature: str
    """The feature's name."""
    dataset: str
    """The dataset's name."""
    done: int
    """Requests that are done."""
    total: int
    """Requests in all: cases times repeats."""
    case_id: str
    """The case that was done last."""
    outcome: Outcome
    """How it ended."""
    cost_usd: float
    """What the requests cost so far, as far as prices are known."""
    seconds: float
    """Since the run began."""


async def run_dataset(
    feature: Feature[In, Out],
    dataset: Dataset,
    *,
    runtime: Runtime,
    clock: Clock,
    evaluations: Evaluations | None = None,
    settings: RunSettings | None = None,
    progress: Callable[[RunProgress], None] | None = None,
) -> EvalRun:
    """Run the feature on every case, score what it made of them, and return the run.

    With `evaluations` each result is kept as soon as it is there, so that a run that is cancelled, or whose process
    dies, keeps what it finished and stays marked as incomplete. An input that the feature refuses is a result with the
    error class `validation`. Raises InvalidRequest for settings out of bounds, InvalidFeature for two scorers of one
    name, and whatever the runtime raises instead of returning (a ProjectError).
    """
    chosen = settings or RunSettings()
    _check_bounds(chosen)
    run = EvalRun(
        id=new_id(clock),
        feature=feature.name,
        dataset=dataset.name,
        dataset_version=dataset.version,
        cases=len(dataset.cases),
        repeats=chosen.repeats,
        concurrency=chosen.concurrency,
        config_hash=chosen.config_hash,
        model=chosen.model or feature.model,
        revision=chosen.revision,
        started_at=clock.now(),
    )
    asking = _Asking(feature, runtime, scorers=choose_scorers(feature, chosen.scorers), settings=chosen, clock=clock)
    return await _Running(run, asking, dataset=dataset, evaluations=evaluations, progress=progress).run()


def choose_scorers(feature: Feature[In, Out], extra: Sequence[Scorer] = ()) -> tuple[Scorer, ...]:
    """Return the scorers of the feature's line, then the extra ones, each once; InvalidFeature where names clash."""
    bars = feature.line.bars if feature.line else ()
    chosen: dict[str, Scorer] = {}
    for scorer in (*(bar.scorer for bar in bars if bar.scorer), *extra):
        if chosen.setdefault(scorer.name, scorer) != scorer:
            raise InvalidFeature(
                f"Two different scorers are named {scorer.name!r}.", next_step="Give one of them another name."
            )
    return tuple(chosen.values())


class _Asking(Generic[In, Out]):
    """Turns a case into a result."""

    def __init__(
        self,
        feature: Feature[In, Out],
        runtime: Runtime,
        *,
        scorers: tuple[Scorer, ...],
        settings: RunSettings,
        clock: Clock,
    ) -> None:
        self._feature = feature
        self._runtime = runtime
        self._scorers = scorers
        self._settings = settings
        self.clock = clock
        self.concurrency = settings.concurrency
        self.repeats = settings.repeats

    async def ask(self, case: Case, dataset: str) -> CaseResult:
        """Return how the case went; the run fills in its place and repeat."""
        try:
            value = self._feature.parse_input(case.input)
        except InvalidRequest as error:
            return CaseResult(
                case_id=case.id,
                case_hash=hash_case(case),
                cluster=case.cluster,
                tags=case.tags,
                outcome=Outcome.FAILED,
                error_class=ErrorClass.VALIDATION,
                message=shorten(str(error)),
            )
        tags = {"plimsoll.dataset": dataset, "plimsoll.case_id": case.id}
        result = await self._runtime.run(self._feature, value, self._settings.caller, tags=tags)
        return _record(case, result, await self._judge(case, result))

    async def _judge(self, case: Case, result: Result[BaseModel]) -> Judgements:
        """Ask the scorers, unless infrastructure kept the feature from showing anything that they could judge."""
        is_lost = result.error_class is ErrorClass.INFRASTRUCTURE and result.outcome is not Outcome.ANSWERED
        if is_lost or result.error_class is ErrorClass.VALIDATION:
            return _NOTHING
        said = await score_case(
            case, _sample(case, result), self._scorers, timeout_seconds=self._settings.scorer_timeout_seconds
        )
        at = self.clock.now()
        about = {
            name: msgspec.structs.replace(score, trace_id=result.trace_id, case_id=case.id, at=at)
            for name, score in said.scores.items()
        }
        return Judgements(scores=about, inapplicable=said.inapplicable)


class _Running(Generic[In, Out]):
    """One run under way."""

    def __init__(
        self,
        run: EvalRun,
        asking: _Asking[In, Out],
        *,
        dataset: Dataset,
        evaluations: Evaluations | None,
        progress: Callable[[RunProgress], None] | None,
    ) -> None:
        self._run = run
        self._asking = asking
        self._dataset = dataset
        self._evaluations = evaluations
        self._progress = progress
        self._clock = asking.clock
        self._began = asking.clock.monotonic()
        self._results: list[CaseResult] = []
        self._cost_usd = 0.0

    async def run(self) -> EvalRun:
        """Ask for every case and return the whole run; mark it as interrupted where it is cancelled or breaks."""
        if self._evaluations:
            await self._evaluations.begin(self._run)
        try:
            await self._ask_all()
        except BaseException as error:
            await self._mark_interrupted(error)
            raise
        return await self._end(is_complete=True)

    async def _mark_interrupted(self, error: BaseException) -> None:
        """Say when the run ended; where that fails as well, the run stays marked by having no end."""
        try:
            await asyncio.wait_for(self._end(is_complete=False), _LAST_WORD_SECONDS)
        except (PlimsollError, TimeoutError) as second:
            error.add_note(f"The end of the run {self._run.id} could not be kept: {second}")

    async def _ask_all(self) -> None:
        waiting = self._questions()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._asking.concurrency):
                    group.create_task(self._work(waiting))
        except BaseExceptionGroup as broken:
            _raise_first(broken)

    def _questions(self) -> Iterator[tuple[int, int, Case]]:
        for repeat in range(self._asking.repeats):
            for place, case in enumerate(self._dataset.cases):
                yield repeat, place, case

    async def _work(self, waiting: Iterator[tuple[int, int, Case]]) -> None:
        """Take one question after the other until none is left; workers share the iterator, which bounds them."""
        for repeat, place, case in waiting:
            asked = await self._asking.ask(case, self._dataset.name)
            result = msgspec.structs.replace(asked, repeat=repeat, place=place)
            if self._evaluations:
                await self._evaluations.add(self._run.id, result)
            self._results.append(result)
            self._cost_usd += result.cost_usd or 0.0
            self._tell(result)

    async def _end(self, *, is_complete: bool) -> EvalRun:
        ended = msgspec.structs.replace(
            self._run,
            ended_at=self._clock.now(),
            is_complete=is_complete,
            results=tuple(sorted(self._results, key=lambda one: (one.repeat, one.place))),
        )
        if self._evaluations:
            await self._evaluations.finish(ended)
        return ended

    def _tell(self, result: CaseResult) -> None:
        if self._progress is None:
            return
        self._progress(
            RunProgress(
                run_id=self._run.id,
                feature=self._run.feature,
                dataset=self._run.dataset,
                done=len(self._results),
                total=self._run.cases * self._run.repeats,
                case_id=result.case_id,
                outcome=result.outcome,
                cost_usd=self._cost_usd,
                seconds=self._clock.monotonic() - self._began,
            )
        )


def _sample(case: Case, result: Result[BaseModel]) -> Sample:
    return Sample(
        input=case.input,
        output=cast("dict[str, object]", result.value.model_dump(mode="json")) if result.value is not None else None,
        outcome=result.outcome,
        citations=result.citations,
        passages=result.passages,
        latency_ms=result.latency_ms,
        cost_usd=result.cost_usd,
    )


def _record(case: Case, result: Result[BaseModel], said: Judgements) -> CaseResult:
    return CaseResult(
        case_id=case.id,
        case_hash=hash_case(case),
        cluster=case.cluster,
        tags=case.tags,
        outcome=result.outcome,
        error_class=result.error_class,
        latency_ms=result.latency_ms,
        cost_usd=result.cost_usd,
        scores=said.scores,
        inapplicable=said.inapplicable,
        trace_id=result.trace_id,
        message=shorten(result.message),
    )


def _check_bounds(settings: RunSettings) -> None:
    bounds = (("concurrency", settings.concurrency, _MOST_AT_ONCE), ("repeats", settings.repeats, _MOST_REPEATS))
    for name, value, most in bounds:
        if not 1 <= value <= most:
            raise InvalidRequest(f"{name}={value!r} is not between 1 and {most}.")


def _raise_first(broken: BaseExceptionGroup[BaseException]) -> NoReturn:
    """Raise what broke the run itself, not the group that the workers' end wraps it in."""
    first = broken.exceptions[0]
    raise first from first.__cause__
