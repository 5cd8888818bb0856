"""Keys that were verified a moment ago, so that a hot path need not ask the database for each request.

`Keys` fills and asks it. It holds SHA-256 hashes of keys, never a key, and nothing for longer than a second.
"""

import hashlib

from plimsoll.records import Clock, Principal

RECALL_SECONDS = 1.0
"""How long a verified key is believed; a key that another process revokes works for that long."""
_MOST_KEYS = 10_000


class RecentKeys:
    """Principals by the hash of their key. Bounded; the oldest go first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[bytes, tuple[Principal, float]] = {}
        self.epoch = 0
        """How often something was forgotten: what was read before that must not be added after it."""

    def find(self, text: str) -> Principal | None:
        """Return whom the key stood for within the last second, or None."""
        known = self._known.get(_fingerprint(text))
        if known is None or self._clock.monotonic() >= known[1]:
            return None
        return known[0]

    def add(self, text: str, principal: Principal) -> None:
        """Believe the key for a second from now."""
        fingerprint = _fingerprint(text)
        self._known.pop(fingerprint, None)
        if len(self._known) >= _MOST_KEYS:
            del self._known[next(iter(self._known))]
        self._known[fingerprint] = (principal, self._clock.monotonic() + RECALL_SECONDS)

    def forget(self, principal_id: str) -> None:
        """Believe no key of that principal any more."""
        self.epoch += 1
        stale = [fingerprint for fingerprint, (known, _) in self._known.items() if known.id == principal_id]
        for fingerprint in stale:
            del self._known[fingerprint]


def _fingerprint(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()
