"""Calibrations, kept: what is known of each version of each judge, and what was known before.

Made by the project over its state store. It asks no judge. It keeps no answer and no judge's words, so that there is
nothing of a person to erase.
"""

from functools import partial

import msgspec

from plimsoll.evals.calibration.calibration import Calibration
from plimsoll.evals.calibration.table import insert_calibration, list_calibrations, newest_calibrations
from plimsoll.store import Store

_MOST_LISTED = 200


class Calibrations:
    """The calibrations of one project's judges."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, found: Calibration) -> None:
        """Keep a calibration without the judge's reasons, which may quote the answers."""
        silent = tuple(msgspec.structs.replace(one, reason="") for one in found.disagreements)
        kept = msgspec.structs.replace(found, disagreements=silent)
        await self._store.write(lambda connection: insert_calibration(connection, kept))

    async def of(self, judge: str) -> tuple[Calibration, ...]:
        """Return the judge's calibrations, newest first, the last 200."""
        return await self._store.read(partial(list_calibrations, judge=judge, limit=_MOST_LISTED))

    async def newest(self) -> tuple[Calibration, ...]:
        """Return the newest calibration of each version of each judge, newest first, 200 at most."""
        return await self._store.read(partial(newest_calibrations, limit=_MOST_LISTED))
