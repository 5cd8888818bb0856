"""Which versions of prompts answered lately, by the requests that name them. The project's log of prompts asks."""

from datetime import UTC, datetime
from functools import partial

import msgspec

from plimsoll.store import Store
from plimsoll.traces.tables.reading import count_prompt_uses


class PromptUse(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a prompt in one feature's requests."""

    sha256: str
    """Hash of the prompt's file."""
    feature: str
    """The feature."""
    live: int
    """Requests of users."""
    evaluated: int
    """Requests of evaluations."""
    first_at: datetime
    """When the first of them began, in UTC."""
    last_at: datetime
    """When the last of them began, in UTC."""


class _Counted(msgspec.Struct):
    prompt_hash: str
    feature: str | None
    live: int
    evaluated: int
    first_ns: int
    last_ns: int


async def count_prompts(store: Store, *, since: datetime) -> tuple[PromptUse, ...]:
    """Count the requests since the moment by version and feature, the version that was used last first."""
    since_ns = int(since.timestamp() * 1_000_000) * 1_000
    rows = await store.read(partial(count_prompt_uses, since_ns=since_ns))
    return tuple(_use(msgspec.convert(row, _Counted)) for row in rows)


def _use(row: _Counted) -> PromptUse:
    return PromptUse(
        sha256=row.prompt_hash,
        feature=str(row.feature),
        live=row.live,
        evaluated=row.evaluated,
        first_at=datetime.fromtimestamp(row.first_ns / 1e9, UTC),
        last_at=datetime.fromtimestamp(row.last_ns / 1e9, UTC),
    )
