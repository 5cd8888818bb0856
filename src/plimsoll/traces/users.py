"""Who asked, over a while: a line for each user, as a list shows it. `Traces.users` reads them for the console."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial

import msgspec

from plimsoll.store import Store
from plimsoll.traces.moments import moment_of, nanoseconds_of
from plimsoll.traces.tables.users import MOST_LOOKED_AT, count_users, list_users


class UserOrder(StrEnum):
    """In which order users are listed."""

    NEWEST = "newest"
    """By their last request, the youngest first."""
    BUSIEST = "busiest"
    """By requests, the most first."""
    FAILING = "failing"
    """By failed requests, the most first."""
    DEAREST = "dearest"
    """By cost, the highest first; those of unknown cost last."""


class UserAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which users are asked for."""

    tenant: str
    """Of this tenant."""
    seen_by: str
    """By the requests that this reader may see."""
    since: datetime
    """Who asked at this moment or later."""
    order: UserOrder = UserOrder.NEWEST
    """In which order."""
    limit: int = 50
    """How many at most."""


class User(msgspec.Struct, frozen=True, kw_only=True):
    """One user, as a line of a list."""

    id: str
    """Who it is, as the requests name them."""
    requests: int
    """Their requests."""
    failed: int
    """Those of them that failed."""
    scored: int
    """Scores of their requests that say whether these passed."""
    passed: int
    """Those of these that say that they did."""
    cost_usd: float | None
    """What the requests cost; None when a price is unknown."""
    last_at: datetime
    """When the last one began, in UTC."""


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """The users of a while."""

    users: tuple[User, ...]
    """Them, as ordered."""
    more: int
    """How many more there are."""
    unnamed: int
    """Requests that name nobody."""
    reached: datetime | None
    """The moment down to which requests were looked at, where there are too many of them; None when all were."""


async def read_users(store: Store, asked: UserAsked) -> UserPage:
    """Return the users of a while: by its newest 20,000 requests, where there are more."""
    where = {"tenant": asked.tenant, "seen_by": asked.seen_by, "since_ns": nanoseconds_of(asked.since)}
    counted = await store.read(partial(count_users, **where))
    rows = await store.read(partial(list_users, **where, order=str(asked.order), limit=asked.limit))
    return UserPage(
        users=tuple(_user_of(row) for row in rows),
        more=max(0, counted.users - len(rows)),
        unnamed=counted.unnamed,
        reached=moment_of(counted.first_ns) if counted.requests >= MOST_LOOKED_AT else None,
    )


class _Sums(msgspec.Struct):
    subject: str
    requests: int
    failed: int
    scored: int
    passed: int
    unpriced: int
    cost_usd: float | None
    last_ns: int


def _user_of(row: Mapping[str, object]) -> User:
    told = msgspec.convert(row, _Sums, strict=False)
    return User(
        id=told.subject,
        requests=told.requests,
        failed=told.failed,
        scored=told.scored,
        passed=told.passed,
        cost_usd=None if told.unpriced else told.cost_usd,
        last_at=moment_of(told.last_ns),
    )
