"""Trials that have ended, kept in the state database without any words of what was asked and answered.

Those stand in the traces of both sides, where they are redacted, shown to whom they may be, and erased.
"""

from functools import partial

import msgspec
from msgspec.structs import replace

from plimsoll.project.trials import table
from plimsoll.project.trials.trial import SideResult, Trial
from plimsoll.records import Clock, Principal
from plimsoll.store import Store

_MOST = 200


class KeptTrials:
    """The ended trials in a store of schema `state`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def put(self, trial: Trial) -> None:
        """Keep an ended trial; the newest 200 of all are kept."""
        row = {
            "id": trial.id,
            "tenant": trial.owner.tenant,
            "subject": trial.owner.id,
            "ended_at": self._clock.now(),
            "content": msgspec.json.encode(_without_words(trial)).decode(),
        }
        await self._store.write(partial(table.put_trial, row=row, most=_MOST))

    async def list(self, caller: Principal, trial_id: str | None = None) -> list[Trial]:
        """Return the caller's trials, the newest first; that of the id alone, where it is given."""
        asked = {"tenant": caller.tenant, "subject": caller.id, "trial_id": trial_id}
        rows = await self._store.read(partial(table.list_trials, **asked))
        return [msgspec.json.decode(str(row["content"]), type=Trial) for row in rows]

    async def erase(self, subject: str) -> int:
        """Delete a person's trials; return how many."""
        return await self._store.write(partial(table.erase_subject, subject=subject))


def _without_words(trial: Trial) -> Trial:
    pairs = [
        replace(
            pair,
            input="",
            present=_mute(pair.present),
            candidate=_mute(pair.candidate) if pair.candidate else None,
        )
        for pair in trial.pairs
    ]
    return replace(trial, asked=replace(trial.asked, text=""), pairs=tuple(pairs))


def _mute(side: SideResult) -> SideResult:
    return replace(side, output="", message="")
