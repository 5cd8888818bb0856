"""Which Host, Origin and fetch metadata were let in before, so that the guard reads each combination once."""

from collections.abc import Mapping

from plimsoll.server.address import Address
from plimsoll.server.guard import check_host, check_origin

_MOST_VISITS = 256
# No link leads to a path of the door, so what the guard lets links do is out of the question, and a combination that
# passed once passes on every path.
_PROGRAMS = "/v1/"


class Visits:
    """The combinations that passed the guard. Bounded: when full it starts anew."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._known: set[tuple[bytes | None, bytes | None, bytes | None]] = set()

    def __len__(self) -> int:
        """Return how many are known."""
        return len(self._known)

    def check(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuse what a foreign page may have caused, by the rules of `guard`; raises UntrustedOrigin."""
        visit = (headers.get(b"host"), headers.get(b"origin"), headers.get(b"sec-fetch-site"))
        if visit in self._known:
            return
        names = ("host", "origin", "sec-fetch-site")
        sent = {name: value.decode("latin-1") for name, value in zip(names, visit, strict=True) if value is not None}
        check_host(sent, self._address)
        check_origin(sent, method="POST", path=_PROGRAMS)
        if len(self._known) >= _MOST_VISITS:
            self._known.clear()
        self._known.add(visit)
