"""Every path of the door and the endpoint behind it, in one table."""

from starlette.types import ASGIApp

from plimsoll.gateway import Wire
from plimsoll.server.door import paths
from plimsoll.server.door.audio import AudioCalls
from plimsoll.server.door.callers import Callers
from plimsoll.server.door.calls import Calls
from plimsoll.server.door.door import Door, Endpoint
from plimsoll.server.door.embeddings import EmbeddingCalls
from plimsoll.server.door.feature_calls import FeatureCalls
from plimsoll.server.door.mistaken import mistaken_paths
from plimsoll.server.door.models import ModelCards
from plimsoll.server.door.telemetry import telemetry_endpoints
from plimsoll.server.door.visits import Visits
from plimsoll.server.state import ServerState


def open_door(inner: ASGIApp, state: ServerState) -> Door:
    """Return the door of a server, in front of the rest of it."""
    gateway = state.project.gateway
    features = FeatureCalls(state.project, state.clock)
    models = ModelCards(gateway, features, paths.MODELS)
    endpoints = {
        path: Endpoint(serve=Calls(gateway, features, wire).serve, wire=wire)
        for path, wire in ((paths.CHAT, Wire.CHAT), (paths.RESPONSES, Wire.RESPONSES), (paths.MESSAGES, Wire.MESSAGES))
    }
    endpoints |= {
        paths.EMBEDDINGS: Endpoint(serve=EmbeddingCalls(gateway).serve),
        paths.TRANSCRIPTIONS: Endpoint(serve=AudioCalls(gateway, "audio/transcriptions").serve),
        paths.SPEECH: Endpoint(serve=AudioCalls(gateway, "audio/speech").serve),
        paths.MODELS: Endpoint(serve=models.show_all, method="GET"),
        paths.MODEL: Endpoint(serve=models.show, method="GET"),
    }
    endpoints |= mistaken_paths()
    endpoints |= telemetry_endpoints(state.project.telemetry)
    return Door(
        inner,
        endpoints,
        callers=Callers(state.address, state.keys),
        visits=Visits(state.address),
        limits=state.limits,
        clock=state.clock,
    )
