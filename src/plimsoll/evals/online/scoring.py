"""Judges a sample of live requests, beside them: drawn by the trace's id, queued within a bound, paid for by a budget.

Made by the project and told of each finished request by the runner. A request never waits for it and never fails by
it: what finds no room is dropped and counted, what goes wrong is counted and logged.
"""

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace
from pydantic import BaseModel

from plimsoll.evals.run import choose_scorers
from plimsoll.evals.score_case import score_case
from plimsoll.features import AnyFeature, Finished, Sampling, acting, tallied
from plimsoll.line import Sample, Scorer
from plimsoll.records import Case, Clock, ErrorClass, Outcome, Principal, Score

PAYER = Principal(id="plimsoll:online-judging")
"""Who asks judges about live requests, so that no user's allowance pays for them."""
_LOG = logging.getLogger("plimsoll.online")
_MOST_WAITING = 1_000
_AT_ONCE = 4
_SCORER_SECONDS = 60.0


class OnlineHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How judging live requests goes in this process, since it began."""

    sampled: int = 0
    """Requests that were drawn."""
    judged: int = 0
    """Requests whose scores were kept."""
    missing: int = 0
    """Scores without a value: scorers that could not tell."""
    dropped: int = 0
    """Requests that found no room or were left at the end."""
    over_budget: int = 0
    """Requests that were not judged, since the day's budget was spent or a price is unknown."""
    failed: int = 0
    """Requests whose scores could not be kept."""
    waiting: int = 0
    """Requests that wait to be judged."""


class ScoreKeeper(Protocol):
    """Where scores are kept, and what they cost so far."""

    async def add_scores(self, scores: list[Score]) -> None:
        """Keep the scores."""
        ...

    async def judging_cost(self, names: frozenset[str], *, since: datetime) -> float | None:
        """Return what the online scores of these scorers cost since the moment; None when a price is unknown."""
        ...


class _Drawn(msgspec.Struct, frozen=True, kw_only=True):
    feature: AnyFeature
    sampling: Sampling
    case: Case
    sample: Sample
    caller: Principal
    trace_id: str


class OnlineScoring:
    """The judge of live requests of one project. `start` it in the loop that serves, `close` it at the end."""

    def __init__(self, keeper: ScoreKeeper, clock: Clock, *, most_waiting: int = _MOST_WAITING) -> None:
        self._keeper = keeper
        self._clock = clock
        self._most_waiting = most_waiting
        self._waiting: deque[tuple[Finished, Sampling]] = deque()
        self._counts = OnlineHealth()
        self._busy = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._has_work = asyncio.Event()
        self._is_idle = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []

    def health(self) -> OnlineHealth:
        """Return the counts, for status pages and metrics."""
        return replace(self._counts, waiting=len(self._waiting))

    def take(self, finished: Finished) -> None:
        """Queue the request if it is drawn, without waiting; dropped and counted where there is no room."""
        sampling = finished.feature.online
        if sampling is None or not _is_live(finished) or not is_drawn(finished.trace_id, sampling.rate):
            return
        # Only a reference is kept here: reading what was said is work, and may fail, which is the worker's business.
        self._count(sampled=1)
        if self._loop is None or len(self._waiting) >= self._most_waiting:
            self._count(dropped=1)
            return
        self._waiting.append((finished, sampling))
        with contextlib.suppress(RuntimeError):  # the loop has gone: what waits is counted at the end
            self._loop.call_soon_threadsafe(self._has_work.set)

    async def start(self) -> None:
        """Begin to judge, in the background of this event loop."""
        self._loop = asyncio.get_running_loop()
        self._workers = [asyncio.create_task(self._work(), name="plimsoll online judging") for _ in range(_AT_ONCE)]

    async def drain(self, *, timeout_seconds: float = 5.0) -> bool:
        """Wait until all that is queued was judged; return whether that was in time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                while self._waiting or self._busy:
                    self._is_idle.clear()
                    await self._is_idle.wait()
        return not (self._waiting or self._busy)

    async def close(self, *, timeout_seconds: float = 2.0) -> None:
        """Judge what waits as far as time allows, and count the rest as dropped."""
        await self.drain(timeout_seconds=timeout_seconds)
        self._loop = None
        left = len(self._waiting) + self._busy
        self._waiting.clear()
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)
        self._workers = []
        self._count(dropped=left)
        if left:
            _LOG.warning("%d sampled requests were not judged before the end", left)

    async def _work(self) -> None:
        while True:
            await self._has_work.wait()
            while self._waiting:
                finished, sampling = self._waiting.popleft()
                self._busy += 1
                try:
                    await self._judge(_draw(finished, sampling))
                except Exception as error:  # noqa: BLE001 - the boundary of a job: counted, and the next one is judged
                    self._count(failed=1)
                    _LOG.warning("A sampled request was not judged (%s)", type(error).__name__)
                finally:
                    self._busy -= 1
            self._has_work.clear()
            self._is_idle.set()

    async def _judge(self, drawn: _Drawn) -> None:
        scorers = choose_scorers(drawn.feature, drawn.sampling.scorers)
        if not await self._is_affordable(drawn.sampling, scorers):
            self._count(over_budget=1)
            return
        scores: list[Score] = []
        for scorer in scorers:
            scores += await self._ask(drawn, scorer)
        await self._keeper.add_scores(scores)
        self._count(judged=1, missing=sum(score.value is None for score in scores))

    async def _ask(self, drawn: _Drawn, scorer: Scorer) -> list[Score]:
        with tallied() as tally, acting(PAYER, about=drawn.caller):
            said = await score_case(drawn.case, drawn.sample, [scorer], timeout_seconds=_SCORER_SECONDS)
        about = {"trace_id": drawn.trace_id, "at": self._clock.now(), "inclusion": drawn.sampling.rate}
        return [replace(score, cost_usd=tally.cost_usd, **about) for score in said.scores.values()]

    async def _is_affordable(self, sampling: Sampling, scorers: tuple[Scorer, ...]) -> bool:
        if sampling.most_usd_per_day is None:
            return True
        today = self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
        spent = await self._keeper.judging_cost(frozenset(scorer.name for scorer in scorers), since=today)
        return spent is not None and spent < sampling.most_usd_per_day

    def _count(self, **more: int) -> None:
        """Add to the counts; one step without a wait, so that tasks of one loop never lose one."""
        self._counts = replace(self._counts, **{name: getattr(self._counts, name) + n for name, n in more.items()})


def is_drawn(trace_id: str, rate: float) -> bool:
    """Tell whether a trace is in the sample: the same for one id everywhere, and a higher rate keeps all of a lower."""
    place = int.from_bytes(hashlib.sha256(trace_id.encode()).digest()[:8]) / 2**64
    return place < rate


def _is_live(finished: Finished) -> bool:
    """Tell whether it is a request of a user that the feature could show something on."""
    is_lost = finished.result.error_class in {ErrorClass.INFRASTRUCTURE, ErrorClass.VALIDATION}
    return "plimsoll.dataset" not in finished.tags and not (is_lost and finished.result.outcome is not Outcome.ANSWERED)


def _draw(finished: Finished, sampling: Sampling) -> _Drawn:
    result = finished.result
    fields = _read(finished.value)
    return _Drawn(
        feature=finished.feature,
        sampling=sampling,
        case=Case(id=finished.trace_id, input=fields),
        sample=Sample(
            input=fields,
            output=_read(result.value) if result.value is not None else None,
            outcome=result.outcome,
            citations=result.citations,
            passages=result.passages,
            latency_ms=result.latency_ms,
            cost_usd=result.cost_usd,
        ),
        caller=finished.caller,
        trace_id=finished.trace_id,
    )


def _read(value: BaseModel) -> dict[str, object]:
    fields: Mapping[str, object] = value.model_dump(mode="json")
    return dict(fields)
