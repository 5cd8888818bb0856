"""Write down how many spans were lost, once the database can be written again: other processes cannot ask this one.

`Capture` calls it. `plimsoll doctor` reads what the processes of the last days lost.
"""

import contextlib
from collections.abc import Callable
from functools import partial

from plimsoll.errors import OperatorError, Overloaded
from plimsoll.store import Store
from plimsoll.traces.tables.losses import insert_loss


class LossLog:
    """Keeps what one process lost."""

    def __init__(self, store: Store, count: Callable[[], int]) -> None:
        self._store = store
        self._count = count
        self._noted = 0

    async def note(self) -> None:
        """Write down what was lost since the last time; where that fails it is tried with the next batch."""
        count = self._count()
        if count > self._noted:
            with contextlib.suppress(OperatorError, Overloaded):
                await self._store.write(partial(insert_loss, spans=count - self._noted, clock=self._store.clock))
                self._noted = count
