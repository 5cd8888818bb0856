"""The HTTP server: the API under /v1 and /api, and the console. One process over one open project.

The command line calls `serve`. Handlers parse, call one operation of the project, and render; nothing is decided here
but who may come in.
"""

from plimsoll.server.address import Address, check_address, listen
from plimsoll.server.app import assemble
from plimsoll.server.auth import Sessions
from plimsoll.server.limits import Limits
from plimsoll.server.run import run_on_uvloop, serve_app
from plimsoll.server.state import ServerState

__all__ = [
    "Address",
    "Limits",
    "ServerState",
    "Sessions",
    "assemble",
    "check_address",
    "listen",
    "run_on_uvloop",
    "serve_app",
]
