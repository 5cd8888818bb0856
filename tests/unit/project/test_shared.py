"""Where limits and caches are kept, and what tells the projects on one Redis apart."""

import pytest

from plimsoll.errors import InvalidSettings
from plimsoll.gateway import LocalLimits, RedisCache, RedisLimits, RedisState
from plimsoll.project.doctor import judge_redis
from plimsoll.project.models.shared import fill_in, find_redis, name_keys, open_cache, open_limiter, require_shared
from plimsoll.project.settings import GatewaySettings
from plimsoll.records import Secret
from plimsoll.testing import FakeClock


def test_the_address_of_redis_may_name_variables_and_is_a_secret():
    settings = GatewaySettings(redis_url="redis://:${REDIS_PASSWORD}@cache:6379/$REDIS_DB")
    found = find_redis(settings, {"REDIS_PASSWORD": "pa$$word", "REDIS_DB": "3"})
    assert found is not None
    assert found.reveal() == "redis://:pa$$word@cache:6379/3"
    assert "pa$$word" not in repr(found)


def test_a_variable_that_is_not_set_is_named():
    with pytest.raises(InvalidSettings, match=r"gateway.redis_url names \$REDIS_URL"):
        find_redis(GatewaySettings(redis_url="$REDIS_URL"), {})


def test_a_database_of_redis_that_is_no_number_is_refused():
    with pytest.raises(InvalidSettings, match="names the database '/cache'"):
        find_redis(GatewaySettings(redis_url="redis://127.0.0.1:6379/cache"), {})


def test_what_is_no_address_of_redis_is_refused_without_being_shown():
    with pytest.raises(InvalidSettings, match="must begin with one of redis://") as caught:
        find_redis(GatewaySettings(redis_url="http://user:hidden@cache"), {})
    assert "hidden" not in str(caught.value)


def test_without_redis_limits_are_counted_in_this_process():
    clock = FakeClock()
    assert find_redis(GatewaySettings(), {}) is None
    assert isinstance(open_limiter(GatewaySettings(), None, keys="k", clock=clock), LocalLimits)


@pytest.mark.anyio
async def test_with_redis_limits_and_cache_are_there():
    clock, url = FakeClock(), Secret("redis://127.0.0.1:1")
    limiter, cache = open_limiter(GatewaySettings(), url, keys="k", clock=clock), open_cache(url, keys="k", clock=clock)
    assert (type(limiter), type(cache)) == (RedisLimits, RedisCache)
    await limiter.close()
    await cache.close()


def test_several_workers_without_redis_are_refused():
    require_shared(GatewaySettings(), workers=1)
    require_shared(GatewaySettings(redis_url="redis://cache"), workers=8)
    with pytest.raises(InvalidSettings, match="every limit would be 4 times what it says"):
        require_shared(GatewaySettings(), workers=4)


def test_processes_on_one_database_have_the_same_keys_whatever_their_user():
    first = name_keys(Secret("postgresql://anne:one@db:5432/shop"))
    assert first == name_keys(Secret("postgresql+psycopg://bob:two@db:5432/shop"))
    others = ("postgresql://db:5432/blog", "postgresql://other:5432/shop", "sqlite:////srv/a/state.db")
    names = {first, *(name_keys(Secret(url)) for url in others), name_keys(Secret("sqlite:////srv/b/state.db"))}
    assert len(names) == 5
    assert all(name.startswith("plimsoll:") for name in names)


def test_a_variable_in_braces_is_filled_in_as_well():
    assert fill_in("a$B${C}d", {"B": "1", "C": "2"}, key="x") == "a12d"


@pytest.mark.parametrize(
    ("most_bytes", "eviction", "state"),
    [
        (0, "noeviction", "ok"),
        (10_000_000, "volatile-lru", "ok"),
        (10_000_000, "allkeys-lfu", "ok"),
        (10_000_000, "noeviction", "warning"),
        (10_000_000, "volatile-ttl", "warning"),
        (10_000_000, "allkeys-random", "warning"),
    ],
)
def test_a_redis_that_may_forget_or_refuse_counts_when_it_is_full_is_warned_of(
    most_bytes: int, eviction: str, state: str
):
    said = RedisState(version="7", latency_ms=0.2, used_bytes=1, most_bytes=most_bytes, eviction=eviction)
    assert judge_redis(said).state == state


def test_a_redis_that_is_far_away_is_warned_of():
    said = RedisState(version="7", latency_ms=9.0, used_bytes=1, most_bytes=0, eviction="noeviction")
    assert judge_redis(said).state == "warning"
