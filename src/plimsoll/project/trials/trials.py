"""The trials of a project: those that wait or are under way in this process, and those that ended, in the store."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from plimsoll.errors import NotFound, Overloaded, PlimsollError
from plimsoll.project.trials.kept import KeptTrials
from plimsoll.project.trials.trial import Trial
from plimsoll.records import Principal

_MOST_OPEN = 200
_AT_ONCE = 2
_STOPPED = "It was stopped."


class Trials:
    """What was tried, by id. Of those that wait to be begun, the oldest go first."""

    def __init__(self, kept: KeptTrials) -> None:
        self._kept = kept
        self._open: dict[str, Trial] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def note(self, trial: Trial) -> Trial:
        """Hold a trial that has not ended as it is now."""
        self._open[trial.id] = trial
        for old in [one for one in self._open if one not in self._tasks][: max(0, len(self._open) - _MOST_OPEN)]:
            del self._open[old]
        return trial

    async def keep(self, trial: Trial) -> Trial:
        """Keep the trial as it is now: in the store once it has ended."""
        if trial.id in self._open:
            return self.note(trial)
        await self._kept.put(trial)
        return trial

    async def find(self, trial_id: str, caller: Principal) -> Trial:
        """Return a trial of the caller's own. Raises NotFound, also for another's."""
        found = self._open.get(trial_id)
        if found is None:
            found = next(iter(await self._kept.list(caller, trial_id)), None)
        if found is None or not _is_of(found, caller):
            raise NotFound(
                f"There is no trial {trial_id!r}.",
                next_step="The newest 200 that ended are kept, others while the server runs; begin one at /playground.",
            )
        return found

    def under_way(self, trial_id: str) -> Trial:
        """Return a trial that is under way, for who runs it."""
        return self._open[trial_id]

    async def of(self, caller: Principal) -> list[Trial]:
        """Return the caller's trials, the newest first."""
        held = {one.id: one for one in self._open.values() if _is_of(one, caller)}
        ended = {one.id: one for one in await self._kept.list(caller)}
        return [one for _, one in sorted((ended | held).items(), reverse=True)]

    def begin(self, trial: Trial, run: Callable[[Trial], Awaitable[str]]) -> Trial:
        """Run the trial in the background; `run` returns why it stopped, or nothing. Raises Overloaded beyond two."""
        if len(self._tasks) >= _AT_ONCE:
            raise Overloaded(f"{_AT_ONCE} trials are under way.", next_step="Wait until one is done, or stop it.")
        running = self.note(replace(trial, state="running"))
        self._tasks[trial.id] = asyncio.get_running_loop().create_task(self._run(running, run))
        return running

    async def wait(self, trial_id: str) -> None:
        """Wait until the trial's task has ended, however it did."""
        task = self._tasks.get(trial_id)
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self, trial_id: str) -> None:
        """End the trial where it is under way; what it finished stays."""
        task = self._tasks.get(trial_id)
        if task is not None:
            task.cancel()
            await self.wait(trial_id)
            # One that was cancelled before its first step has not ended itself.
            await self._end(trial_id, _STOPPED)

    async def erase(self, subject: str) -> int:
        """End and delete a person's trials; return how many went."""
        own = [one.id for one in self._open.values() if one.owner.id == subject]
        for trial_id in own:
            await self.stop(trial_id)
            self._open.pop(trial_id, None)
        return len(own) + await self._kept.erase(subject)

    async def close(self) -> None:
        """End all of them."""
        for trial_id in list(self._tasks):
            await self.stop(trial_id)

    async def _run(self, trial: Trial, run: Callable[[Trial], Awaitable[str]]) -> None:
        reason = _STOPPED
        try:
            reason = await run(trial)
        except PlimsollError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a job's boundary: the page says that it broke, and with what
            reason = f"Something broke inside ({type(error).__name__})."
        finally:
            await self._end(trial.id, reason)

    async def _end(self, trial_id: str, reason: str) -> None:
        trial = self._open.get(trial_id)
        if trial is not None and trial.state == "running":
            ended = self.note(replace(trial, state="stopped" if reason else "done", reason=reason))
            # A store that is down or full leaves it here, as long as the process lives.
            with contextlib.suppress(PlimsollError):
                await self._kept.put(ended)
                del self._open[trial_id]
        self._tasks.pop(trial_id, None)


def _is_of(trial: Trial, caller: Principal) -> bool:
    return (trial.owner.id, trial.owner.tenant) == (caller.id, caller.tenant)
