"""Parts for tests of features and of Plimsoll itself: a provider that fails on command, and a clock moved by hand.

They are real parts, not mocks: `Upstream` is an HTTP server on loopback. Nothing in the product imports this room.
For scripted answers without a network there is `plimsoll.gateway.Scripted`.
"""

from plimsoll.testing.clock import FakeClock
from plimsoll.testing.fault import Fault, FaultKind
from plimsoll.testing.upstream import Answer, SeenRequest, Upstream

__all__ = ["Answer", "FakeClock", "Fault", "FaultKind", "SeenRequest", "Upstream"]
