"""An HTTP endpoint as its owner declares it: where it is, how a case becomes a request and a reply a sample."""

from collections.abc import Mapping

import msgspec

from plimsoll.errors import InvalidSettings
from plimsoll.records import Secret

_MOST_RETRIES = 10


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP endpoint to evaluate. A path such as `data.answer` names a field of a field; empty: the whole body."""

    url: str
    """Its address, http or https; it gets each case by POST. Redirects are not followed."""
    input: str = ""
    """Path in the request's body at which the case's input stands."""
    body: dict[str, object] = {}
    """Fields that every request's body has besides."""
    output: str = ""
    """Path in the reply of the output: an object, or a text or number (which becomes `answer`); null: it abstained."""
    citations: str = ""
    """Path in the reply of a list of quotations: texts, or objects with `quote` and `source`; empty: there are none."""
    passages: str = ""
    """Path in the reply of a list of passages: texts, or objects with `text` and `source`; empty: there are none."""
    cost_usd: str = ""
    """Path in the reply of what the request cost; empty: that is not known."""
    headers: dict[str, str] = {}
    """Headers of every request that are no secret."""
    secret_headers: dict[str, str] = {}
    """Headers by the name of the environment variable that holds their value."""
    timeout_seconds: float = 60.0
    """Deadline of one case, retries and waits included."""
    retries: int = 2
    """How often a request is made again that met 429 or 503, 0 to 10; Retry-After is honoured within the deadline."""

    def __post_init__(self) -> None:
        """Refuse what can be no endpoint."""
        if not self.url.startswith(("http://", "https://")):
            raise InvalidSettings(
                f"{self.url!r} is no address of an endpoint.", next_step="Write it with http:// or https://."
            )
        if not 0 <= self.retries <= _MOST_RETRIES:
            raise InvalidSettings(f"retries={self.retries!r} is not between 0 and {_MOST_RETRIES}.")
        if not self.timeout_seconds > 0:
            raise InvalidSettings(f"timeout_seconds={self.timeout_seconds!r} is not a number of seconds above 0.")

    def read_secrets(self, environ: Mapping[str, str]) -> dict[str, Secret]:
        """Return the secret headers with their values; raises InvalidSettings naming the variable that is not set."""
        missing = [name for name in self.secret_headers.values() if not environ.get(name)]
        if missing:
            raise InvalidSettings(
                f"The environment variable {missing[0]!r} is not set, and {self.url} needs it for a header.",
                next_step=f"export {missing[0]}=…",
            )
        return {header: Secret(environ[name]) for header, name in self.secret_headers.items()}
