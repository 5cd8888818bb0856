"""One run under way: workers that share its questions, a cap on its cost, and results that are kept as they come.

Made by `run`. It asks for what is not answered yet, so that a run that went on and one that began look alike.
"""

import asyncio
from collections.abc import Callable, Iterator
from typing import NoReturn

from msgspec.structs import replace

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidRequest, PlimsollError
from plimsoll.evals.asking import Asking
from plimsoll.evals.cost_cap import CostCap
from plimsoll.evals.eval_run import CaseResult, EvalRun
from plimsoll.evals.evaluations import Evaluations
from plimsoll.evals.result_writer import ResultWriter
from plimsoll.evals.run_settings import RunProgress
from plimsoll.records import Case

_LAST_WORD_SECONDS = 5.0


class Running:
    """A run that is under way."""

    def __init__(
        self,
        run: EvalRun,
        asking: Asking,
        *,
        dataset: Dataset,
        evaluations: Evaluations | None,
        progress: Callable[[RunProgress], None] | None,
    ) -> None:
        """Take the run and what asks for its cases."""
        self._run = run
        self._asking = asking
        self._dataset = dataset
        self._evaluations = evaluations
        self._writer = ResultWriter(evaluations, run.id) if evaluations else None
        self._progress = progress
        self._began = asking.clock.monotonic()
        self._results: list[CaseResult] = []
        self._cap = CostCap(asking.settings.max_cost_usd, usd_per_request=asking.settings.usd_per_request)
        self._stop_reason = ""

    async def run(self, *, is_begun: bool) -> EvalRun:
        """Ask for every case and return the whole run; mark it as interrupted where it is cancelled or breaks.

        `is_begun` says that an earlier process began it, and that only what is missing is to be asked.
        """
        if self._evaluations is None:
            return await self._ask_and_end()
        async with self._evaluations.hold(self._run.id):
            if is_begun:
                await self._go_on(self._evaluations)
            else:
                await self._evaluations.begin(self._run)
            return await self._ask_and_end()

    async def _go_on(self, evaluations: Evaluations) -> None:
        """Take the results as they are kept now that the run is ours: another process may have just let it go."""
        kept = await evaluations.get(self._run.id)
        if kept.is_complete:
            raise InvalidRequest(f"The run {self._run.id[:12]} is complete by now.", next_step="Leave --resume out.")
        self._results = list(kept.results)
        for one in self._results:
            self._cap.count(one)
        await evaluations.reopen(self._run)

    async def _ask_and_end(self) -> EvalRun:
        try:
            await self._ask_all()
            if self._writer:
                await self._writer.close()
        except BaseException as error:
            await self._mark_interrupted(error)
            raise
        if not self._stop_reason and len(self._results) < self._run.cases * self._run.repeats:
            # A task group takes a worker that was cancelled from within for one that has ended.
            self._stop_reason = "A scorer or the target was cancelled from within."
        return await self._end(is_complete=not self._stop_reason)

    async def _mark_interrupted(self, error: BaseException) -> None:
        """Keep what is finished and say when the run ended; where that fails too, it stays marked by having no end."""
        try:
            async with asyncio.timeout(_LAST_WORD_SECONDS):
                if self._writer:
                    await self._writer.close()
                await self._end(is_complete=False)
        except (PlimsollError, TimeoutError) as second:
            error.add_note(f"The end of the run {self._run.id} could not be kept: {second}")

    async def _ask_all(self) -> None:
        waiting = self._questions()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._asking.settings.concurrency):
                    group.create_task(self._work(waiting))
        except BaseExceptionGroup as broken:
            _raise_first(broken)

    def _questions(self) -> Iterator[tuple[int, int, Case]]:
        answered = {(one.case_id, one.repeat) for one in self._results}
        for repeat in range(self._run.repeats):
            for place, case in enumerate(self._dataset.cases):
                if (case.id, repeat) not in answered:
                    yield repeat, place, case

    async def _work(self, waiting: Iterator[tuple[int, int, Case]]) -> None:
        """Take one question after the other until none is left; workers share the iterator, which bounds them."""
        for repeat, place, case in waiting:
            self._stop_reason = self._stop_reason or self._cap.stop_reason
            if self._stop_reason:
                return
            self._cap.begin()
            result = await self._asking.ask(case, repeat=repeat, place=place, tags=self._tags(case))
            self._cap.settle(result)
            self._results.append(result)
            if self._writer:
                await self._writer.add(result)
            self._tell(result)

    def _tags(self, case: Case) -> dict[str, str]:
        """Return what the case's trace says of the run: the case, and the variant where it is another."""
        variant = self._run.experiment.variant
        named = {"plimsoll.variant": variant} if variant else {}
        return {"plimsoll.dataset": self._dataset.name, "plimsoll.case_id": case.id, **named}

    async def _end(self, *, is_complete: bool) -> EvalRun:
        experiment = self._run.experiment
        models = tuple(sorted({*experiment.answered_by, *self._asking.answered_by}))
        ended = replace(
            self._run,
            ended_at=self._asking.clock.now(),
            is_complete=is_complete,
            stop_reason=self._stop_reason,
            experiment=replace(experiment, answered_by=models),
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
                cost_usd=self._cap.spent_usd,
                unpriced=self._cap.unpriced,
                seconds=self._asking.clock.monotonic() - self._began,
            )
        )


def _raise_first(broken: BaseExceptionGroup[BaseException]) -> NoReturn:
    """Raise what broke the run itself, not the group that the workers' end wraps it in."""
    first = broken.exceptions[0]
    raise first from first.__cause__
