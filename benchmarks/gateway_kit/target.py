"""What is measured: an address that answers chat completions, and how each scenario is asked of it."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import StrEnum
from pathlib import Path

import msgspec
from gateway_kit.load import Request
from gateway_kit.running import Running
from gateway_kit.upstream import ANSWERS


class Kind(StrEnum):
    """What the gateway has to do for a request."""

    CHAT = "chat"
    """Pass it to the upstream."""
    CACHED = "cached"
    """Answer it from its cache."""
    FALL_BACK = "fall back"
    """Ask a model that answers 503, then one that answers."""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a kind of request is asked of a target."""

    model: str
    headers: Mapping[str, str] = {}
    fields: Mapping[str, object] = {}
    """Further fields of the body."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One gateway that is ready, or the upstream itself."""

    name: str
    setting: str
    """What is on and what is off, for the reader of the figures."""
    port: int
    path: str = "/v1/chat/completions"
    headers: Mapping[str, str] = {}
    ways: Mapping[Kind, Way]
    """A kind that is missing cannot be had in this setting."""
    running: Running | None = None
    """Its processes; None for the upstream itself, whose CPU time is not reported."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What a target is opened with."""

    folder: Path
    """An own empty folder."""
    peers: Path
    """Where `prepare_peers.sh` installed the peers."""
    upstream_port: int

    @property
    def upstream(self) -> str:
        """Return the upstream's base URL, as settings of gateways want it."""
        return f"http://127.0.0.1:{self.upstream_port}/v1"


Opener = Callable[[Place], AbstractContextManager[Target]]
"""Starts a target and ends it on leaving; raises NotStarted with the reason."""


def direct(port: int) -> Target:
    """Return the upstream itself, asked for everything without a gateway."""
    way = Way(model=ANSWERS)
    return Target(name="direct", setting="no gateway: the floor", port=port, ways=dict.fromkeys(Kind, way))


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What one scenario asks."""

    kind: Kind = Kind.CHAT
    characters: int = 500
    """Length of the prompt."""
    chunks: int = 0
    """Chunks of the streamed answer; 0 asks for an answer in one piece."""

    def of(self, target: Target) -> Request | None:
        """Return the request as this target wants it; None where it cannot do this kind."""
        way = target.ways.get(self.kind)
        if way is None:
            return None
        return Request(port=target.port, payload=self._payload(target, way), marks=self.chunks or 1)

    def _payload(self, target: Target, way: Way) -> bytes:
        told = f"chunks={self.chunks} " if self.chunks else ""
        prompt = (told + "Say what a load line is for. " * (self.characters // 25))[: self.characters]
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": prompt}]
        stream = {"stream": True, "stream_options": {"include_usage": True}} if self.chunks else {}
        body = msgspec.json.encode({"model": way.model, "messages": messages, **stream, **way.fields})
        host = {"host": f"127.0.0.1:{target.port}", "content-length": str(len(body))}
        headers = {**host, "content-type": "application/json", **target.headers, **way.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"POST {target.path} HTTP/1.1\r\n{lines}\r\n".encode() + body
