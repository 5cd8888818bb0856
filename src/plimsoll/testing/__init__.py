"""Parts for tests of features and of Plimsoll itself: a provider that fails on command, a served project, a set clock.

They are real parts, not mocks: `Upstream` and `serving` are HTTP servers on loopback. Nothing in the product imports
this room. For scripted answers without a network there is `plimsoll.gateway.Scripted`.
"""

from plimsoll.testing.clock import FakeClock
from plimsoll.testing.fault import Fault, FaultKind
from plimsoll.testing.retrieving import AskedToRerank, AskedToRewrite, Hangs, ScriptedReranker, ScriptedRewriter
from plimsoll.testing.said import Answer, Said, SaidTool, SaidUsage
from plimsoll.testing.seen import SeenFile, SeenRequest
from plimsoll.testing.serving import serving
from plimsoll.testing.upstream import Upstream

__all__ = [
    "Answer",
    "AskedToRerank",
    "AskedToRewrite",
    "FakeClock",
    "Fault",
    "FaultKind",
    "Hangs",
    "Said",
    "SaidTool",
    "SaidUsage",
    "ScriptedReranker",
    "ScriptedRewriter",
    "SeenFile",
    "SeenRequest",
    "Upstream",
    "serving",
]
