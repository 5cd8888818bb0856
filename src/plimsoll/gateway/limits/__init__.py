"""Limits on requests, tokens and calls at once: admitted before a call, given back at its end.

`Gateway` asks a `Limiter` for every call. `LocalLimits` is exact for one process, `RedisLimits` for any number of them.
Allowances come in with the question; this room stores none. Money is counted in `gateway/spend`.
"""

from plimsoll.gateway.limits.limiter import Admission, Asked, Limiter, LimiterHealth
from plimsoll.gateway.limits.local_limits import LocalLimits
from plimsoll.gateway.limits.redis_limits import RedisLimits, WhenDown

__all__ = ["Admission", "Asked", "Limiter", "LimiterHealth", "LocalLimits", "RedisLimits", "WhenDown"]
