"""Which versions of prompts answered lately, by the requests that name them. The project's log of prompts asks."""

from datetime import UTC, datetime
from functools import partial

import msgspec

from plimsoll.store import Store
from plimsoll.traces.table import list_requests

_MOST = 100_000
_HASH = "plimsoll.prompt_hash"


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


async def count_prompts(store: Store, *, since: datetime) -> tuple[PromptUse, ...]:
    """Count the requests since the moment by version and feature, the version that was used last first."""
    since_ns = int(since.timestamp() * 1_000_000) * 1_000
    uses: dict[tuple[str, str], PromptUse] = {}
    for row in await store.read(partial(list_requests, since_ns=since_ns, limit=_MOST)):
        sha256 = msgspec.json.decode(str(row["attributes"]), type=dict[str, object]).get(_HASH)
        at = datetime.fromtimestamp(int(str(row["start_ns"])) / 1e9, UTC)
        if not isinstance(sha256, str) or not sha256:
            continue
        key, is_live = (sha256, str(row["feature"])), row["dataset"] is None
        known = uses.get(key) or PromptUse(sha256=key[0], feature=key[1], live=0, evaluated=0, first_at=at, last_at=at)
        uses[key] = msgspec.structs.replace(
            known, live=known.live + is_live, evaluated=known.evaluated + (not is_live), first_at=at
        )
    return tuple(uses.values())
