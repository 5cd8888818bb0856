"""The trials of this process: the newest are kept in memory, each run by a task that ends with the project."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from msgspec.structs import replace

from plimsoll.errors import NotFound, Overloaded, PlimsollError
from plimsoll.project.trials.trial import Trial
from plimsoll.records import Principal

_MOST = 200
_AT_ONCE = 2
_STOPPED = "It was stopped."


class Trials:
    """What was tried, by id. The oldest go first."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Trial] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def keep(self, trial: Trial) -> Trial:
        """Keep the trial as it is now."""
        self._kept[trial.id] = trial
        for old in [one for one in self._kept if one not in self._tasks][: max(0, len(self._kept) - _MOST)]:
            del self._kept[old]
        return trial

    def find(self, trial_id: str, caller: Principal) -> Trial:
        """Return a trial of the caller's own. Raises NotFound, also for another's."""
        trial = self._kept.get(trial_id)
        if trial is None or (trial.owner.id, trial.owner.tenant) != (caller.id, caller.tenant):
            raise NotFound(
                f"There is no trial {trial_id!r}.",
                next_step="Trials are kept while the server runs, the newest 200; begin another at /playground.",
            )
        return trial

    def of(self, caller: Principal) -> list[Trial]:
        """Return the caller's trials, the newest first."""
        own = [one for one in self._kept.values() if (one.owner.id, one.owner.tenant) == (caller.id, caller.tenant)]
        return own[::-1]

    def begin(self, trial: Trial, run: Callable[[Trial], Awaitable[None]]) -> Trial:
        """Run the trial in the background. Raises Overloaded where two are under way."""
        if len(self._tasks) >= _AT_ONCE:
            raise Overloaded(f"{_AT_ONCE} trials are under way.", next_step="Wait until one is done, or stop it.")
        running = self.keep(replace(trial, state="running"))
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
            self._end(trial_id, _STOPPED)

    async def close(self) -> None:
        """End all of them."""
        for trial_id in list(self._tasks):
            await self.stop(trial_id)

    async def _run(self, trial: Trial, run: Callable[[Trial], Awaitable[None]]) -> None:
        reason = _STOPPED
        try:
            await run(trial)
        except asyncio.CancelledError:
            self._end(trial.id, reason)
            raise
        except PlimsollError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - a job's boundary: the page says that it broke, and with what
            reason = f"Something broke inside ({type(error).__name__})."
        self._end(trial.id, reason)

    def _end(self, trial_id: str, reason: str) -> None:
        self._tasks.pop(trial_id, None)
        trial = self._kept[trial_id]
        if trial.state == "running":
            self.keep(replace(trial, state="stopped", reason=reason))
