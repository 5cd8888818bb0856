"""Turns one case into one result: asks the target, then the scorers. Called by `running`; it keeps nothing."""

from collections.abc import Mapping

import msgspec

from plimsoll.datasets import hash_case
from plimsoll.evals.eval_run import CaseResult
from plimsoll.evals.judgement import shorten
from plimsoll.evals.run_settings import RunSettings
from plimsoll.evals.score_case import Judgements, score_case
from plimsoll.evals.target import Reply, Target
from plimsoll.features import tallied
from plimsoll.line import Scorer
from plimsoll.records import Case, Clock, ErrorClass, Outcome

_NOTHING = Judgements(scores={}, inapplicable=frozenset())


class Asking:
    """What asks and scores the cases of one run."""

    def __init__(self, target: Target, *, scorers: tuple[Scorer, ...], settings: RunSettings, clock: Clock) -> None:
        self._target = target
        self._scorers = scorers
        self.settings = settings
        self.clock = clock
        self.answered_by: set[str] = set()
        """The models that have answered so far."""

    async def ask(self, case: Case, *, repeat: int, place: int, tags: Mapping[str, str]) -> CaseResult:
        """Return how the case went."""
        reply = await self._target.ask(case, tags=tags)
        self.answered_by |= reply.answered_by
        with tallied() as tally:
            said = await self._judge(case, reply)
        return CaseResult(
            case_id=case.id,
            repeat=repeat,
            place=place,
            case_hash=hash_case(case),
            cluster=case.cluster,
            tags=case.tags,
            outcome=reply.sample.outcome,
            error_class=reply.error_class,
            latency_ms=reply.sample.latency_ms,
            cost_usd=reply.sample.cost_usd,
            scoring_usd=tally.cost_usd,
            scores=said.scores,
            inapplicable=said.inapplicable,
            trace_id=reply.trace_id,
            message=shorten(reply.message),
        )

    async def _judge(self, case: Case, reply: Reply) -> Judgements:
        """Ask the scorers, unless infrastructure kept the target from showing anything that they could judge."""
        is_lost = reply.error_class is ErrorClass.INFRASTRUCTURE and reply.sample.outcome is not Outcome.ANSWERED
        if is_lost or reply.error_class is ErrorClass.VALIDATION:
            return _NOTHING
        seconds = self.settings.scorer_timeout_seconds
        said = await score_case(case, reply.sample, self._scorers, timeout_seconds=seconds)
        at = self.clock.now()
        about = {
            name: msgspec.structs.replace(score, trace_id=reply.trace_id, case_id=case.id, at=at)
            for name, score in said.scores.items()
        }
        return Judgements(scores=about, inapplicable=said.inapplicable)
