"""What the handlers of one server share. Made once when the server is built; nothing here is global."""

from typing import Protocol

import msgspec
from starlette.requests import Request

from plimsoll.project import Project
from plimsoll.records import Clock
from plimsoll.server.address import Address, KeyRing
from plimsoll.server.auth import Sessions, Verifier
from plimsoll.server.door.callers import KnownKeys
from plimsoll.server.limits import Limits
from plimsoll.server.live import LiveFeed
from plimsoll.server.recent import RecentAnswers
from plimsoll.server.running.siblings import Siblings
from plimsoll.server.running.warm import WarmUp


class ServerKeys(KeyRing, Verifier, KnownKeys, Protocol):
    """The access keys, as the server uses them."""


class ServerState(msgspec.Struct, frozen=True, kw_only=True):
    """The shared parts of one server."""

    project: Project
    """The open project; every operation stands there."""
    warm_up: WarmUp
    """Whether it can answer yet."""
    recent: RecentAnswers
    """The newest answers."""
    keys: ServerKeys
    """Checks access keys."""
    address: Address
    """Where the server listens."""
    limits: Limits
    """Its bounds."""
    sessions: Sessions
    """Browsers that signed in."""
    clock: Clock
    """The time."""
    live: LiveFeed
    """What open pages are told."""
    siblings: Siblings | None = None
    """The other workers; None where this process serves alone."""


def state_of(request: Request) -> ServerState:
    """Return the shared parts of the server that the request came to."""
    state: ServerState = request.app.state.server
    return state
