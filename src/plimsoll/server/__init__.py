"""The HTTP server: the API under /v1 and /api, and the console. One process over one open project.

The command line calls `serve`. Handlers parse, call one operation of the project, and render; nothing is decided here
but who may come in, and how much at once.
"""

from plimsoll.server.address import Address, check_address, listen
from plimsoll.server.app import assemble
from plimsoll.server.door.paths import DOOR_PATHS, DoorPath
from plimsoll.server.limits import Limits
from plimsoll.server.live import LiveFeed, Pace
from plimsoll.server.routes import all_routes
from plimsoll.server.running.run import serve_app
from plimsoll.server.running.schedules import kept_on_schedule
from plimsoll.server.running.serve import build_app, read_limits, serve
from plimsoll.server.running.upkeep import kept_current, kept_tidy
from plimsoll.server.running.warm import WarmUp
from plimsoll.server.running.workers import serve_with_workers

__all__ = [
    "DOOR_PATHS",
    "Address",
    "DoorPath",
    "Limits",
    "LiveFeed",
    "Pace",
    "WarmUp",
    "all_routes",
    "assemble",
    "build_app",
    "check_address",
    "kept_current",
    "kept_on_schedule",
    "kept_tidy",
    "listen",
    "read_limits",
    "serve",
    "serve_app",
    "serve_with_workers",
]
