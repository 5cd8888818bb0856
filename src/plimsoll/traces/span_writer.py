"""Finished spans as rows of the store: made in a thread, written in one transaction, odd ones found and left out.

`Capture` and `GroupCommit` share one. It queues nothing and tries nothing again but what another process overtook.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from plimsoll.errors import OperatorError, Overloaded
from plimsoll.records import Span
from plimsoll.store import Store
from plimsoll.traces.rows import Redact, RowMaker
from plimsoll.traces.settling import Settler
from plimsoll.traces.tables.writing import WrittenElsewhere, write_spans

_LOG = logging.getLogger("plimsoll.traces")
_MOST_RACES = 10
Refused = frozenset[tuple[str, str]]
"""Trace and span ids of spans that were not stored and never will be."""


class SpanWriter:
    """Writes spans to one store."""

    def __init__(self, store: Store, settler: Settler, *, redact: Redact, limit: int) -> None:
        self._store = store
        self._settler = settler
        self._maker = RowMaker(redact, limit=limit)

    async def write(self, spans: Sequence[Span]) -> Refused:
        """Store the spans and return which the database refused.

        Raises OperatorError or Overloaded when the store is not to be had; then part of them may have been stored.
        """
        try:
            # Outside the transaction: redacting long texts takes time, and the lock should not be held for it.
            rows = await asyncio.to_thread(self._maker.make_all, spans)
            return await self._store_rows(rows)
        except (OperatorError, Overloaded):
            raise
        except Exception as error:  # noqa: BLE001  # a job's boundary: one row that no table takes must not stop the rest
            return await self._write_halves(spans, error)

    async def _store_rows(self, rows: Sequence[dict[str, object]]) -> Refused:
        for _ in range(_MOST_RACES):
            try:
                written = await self._store.write(partial(write_spans, rows=rows))
            except WrittenElsewhere:
                continue
            self._settler.is_needed |= written.has_unsettled
            return written.refused
        raise Overloaded("Other processes write the same traces all the time.", next_step="Try again.")

    async def _write_halves(self, spans: Sequence[Span], error: Exception) -> Refused:
        if len(spans) > 1:
            middle = len(spans) // 2
            return await self.write(spans[:middle]) | await self.write(spans[middle:])
        for span in spans:
            _LOG.warning("span %s was dropped: the database refused it (%s)", span.span_id, type(error).__name__)
        return frozenset((span.trace_id, span.span_id) for span in spans)
