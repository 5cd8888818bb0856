"""Where limits and caches are kept: in this process, or in the Redis that several processes share.

`models` opens them; `require_shared` refuses several processes that would share nothing.
"""

import re
import socket
from collections.abc import Mapping
from hashlib import blake2b
from urllib.parse import urlsplit

from plimsoll.errors import InvalidSettings
from plimsoll.gateway import Cache, Limiter, LocalLimits, MemoryCache, RedisCache, RedisLimits
from plimsoll.project.settings import SETTINGS_FILE, GatewaySettings
from plimsoll.records import Clock, Secret

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
_DEADLINE_SECONDS = 1.0
"""How long a limit may wait for Redis: a burst that finds no connection open must not pass for a Redis that is down."""
_SCHEMES = ("redis", "rediss", "unix")


def fill_in(text: str, environ: Mapping[str, str], *, key: str) -> str:
    """Return a setting with the `$VARIABLES` that it names; raises InvalidSettings for one that is not set."""
    unset = [name for name in _VARIABLE.findall(text) if name not in environ]
    if unset:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: {key} names ${unset[0]}, which is not set.",
            next_step=f"Set it: export {unset[0]}=...",
        )
    return _VARIABLE.sub(lambda found: environ[found[1]], text)


def find_redis(settings: GatewaySettings, environ: Mapping[str, str]) -> Secret | None:
    """Return the address of the shared Redis, None where none is declared; raises InvalidSettings."""
    if not settings.redis_url:
        return None
    url = fill_in(settings.redis_url, environ, key="gateway.redis_url")
    scheme = url.partition("://")[0]
    if scheme not in _SCHEMES:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: gateway.redis_url begins with {scheme[:20]!r}; it must begin with one of "
            f"{', '.join(f'{known}://' for known in _SCHEMES)}.",
            next_step="For example: redis_url = 'redis://127.0.0.1:6379/0'.",
        )
    path = urlsplit(url).path
    if scheme != "unix" and path.strip("/") and not path.strip("/").isdecimal():
        raise InvalidSettings(
            f"{SETTINGS_FILE}: gateway.redis_url names the database {path!r}; Redis numbers its databases.",
            next_step="For example: redis_url = 'redis://127.0.0.1:6379/0'.",
        )
    return Secret(url)


def require_shared(settings: GatewaySettings, *, workers: int) -> None:
    """Refuse several processes that each count for themselves: every limit would hold once a process."""
    if workers > 1 and not settings.redis_url:
        raise InvalidSettings(
            f"{workers} workers need [gateway] redis_url: without it each of them would count for itself, and every "
            f"limit would be {workers} times what it says.",
            next_step=f"Set it in {SETTINGS_FILE}, or serve with one worker.",
        )


def name_keys(database: Secret) -> str:
    """Return the beginning of a project's keys in Redis: the same in all processes on its database, and in no others.

    User and password do not count, since processes may have their own. A file is the file of its machine.
    """
    parts = urlsplit(database.reveal())
    place = parts.netloc.rpartition("@")[2] or socket.gethostname()
    named = f"{parts.scheme.partition('+')[0]}://{place}{parts.path}?{parts.query}"
    return f"plimsoll:{blake2b(named.encode(), digest_size=8).hexdigest()}"


def open_limiter(settings: GatewaySettings, redis: Secret | None, *, keys: str, clock: Clock) -> Limiter:
    """Return what counts requests, tokens and calls at once; raises MissingPart without the extra `redis`."""
    if redis is None:
        return LocalLimits(clock)
    return RedisLimits(
        redis, clock, prefix=keys, when_down=settings.when_redis_is_down, deadline_seconds=_DEADLINE_SECONDS
    )


def open_cache(redis: Secret | None, *, keys: str, clock: Clock) -> Cache:
    """Return what keeps replies; raises MissingPart without the extra `redis`."""
    return MemoryCache(clock) if redis is None else RedisCache(redis, clock, prefix=f"{keys}:cache:")
