"""The sentences in which a limiter refuses a call."""

from typing import Literal

from plimsoll.errors import LimitReached
from plimsoll.records import Allowance

LimitKind = Literal["requests", "tokens", "concurrent"]
"""Which number of an allowance is meant."""
CONCURRENT_RETRY_SECONDS = 1.0
"""When to come back for a place: nobody knows when a call ends."""

_OPTIONS = {
    "requests": "--requests-per-minute",
    "tokens": "--tokens-per-minute",
    "concurrent": "--concurrent",
}


def refuse(
    allowance: Allowance, kind: LimitKind, *, retry_after_seconds: float | None, tokens: int = 0
) -> LimitReached:
    """Return the error that names the limit, whose it is and when the same call may pass; None: never."""
    what = _describe(allowance, kind)
    raise_it = f"raise it with `plimsoll allowances set {allowance.applies_to} {_OPTIONS[kind]} N`"
    if retry_after_seconds is None:
        return LimitReached(
            f"This call may need {tokens:,} tokens, more than the {what} that {allowance.applies_to!r} has at all.",
            next_step=f"Send less, bound its answer (`max_tokens`), or {raise_it}.",
        )
    return LimitReached(
        f"{allowance.applies_to!r} has used its {what}.",
        next_step=f"Send it again in {retry_after_seconds:.0f} s, or {raise_it}.",
        retry_after_seconds=retry_after_seconds,
    )


def _describe(allowance: Allowance, kind: LimitKind) -> str:
    if kind == "requests":
        return f"{allowance.requests_per_minute:,} requests a minute"
    if kind == "tokens":
        return f"{allowance.tokens_per_minute:,} tokens a minute"
    return f"{allowance.concurrent:,} concurrent requests"
