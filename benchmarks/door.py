"""What the door to models costs around a call: CPU a request beside the barest application, without sockets.

Run `python benchmarks/door.py`. The gateway behind it answers at once; what a gateway costs is `gateway.py`'s to say.
"""

import asyncio
import time
from typing import Any, cast

import uvloop
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from plimsoll.features import AnyFeature
from plimsoll.gateway import Call, Gateway, Receipt, Reply, ReplyFacts, Wire, fields_of
from plimsoll.records import Principal, SystemClock, Usage
from plimsoll.server import Address, Limits
from plimsoll.server.door.callers import Callers
from plimsoll.server.door.calls import Calls
from plimsoll.server.door.door import Door, Endpoint
from plimsoll.server.door.feature_calls import FeatureCalls
from plimsoll.server.door.visits import Visits

PATH = "/v1/chat/completions"
BODY = b'{"model":"fast","messages":[{"role":"user","content":"' + b"x" * 500 + b'"}]}'
HEADERS = [
    (b"host", b"127.0.0.1:8000"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip"),
    (b"user-agent", b"OpenAI/Python"),
    (b"x-stainless-lang", b"python"),
    (b"authorization", b"Bearer plim_0123456789abcdef_" + b"0" * 64),
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(BODY)),
]
RECEIPT = Receipt(
    trace_id="0" * 32,
    alias="fast",
    provider="up",
    model="m",
    usage=Usage(),
    cost_usd=0.1,
    finish_reason="stop",
    attempts=1,
)
REPLY = Reply(body=b'{"choices":[{"message":{"content":"pong"}}]}', facts=ReplyFacts(), receipt=RECEIPT)
REQUESTS, ROUNDS = 5_000, 5


class Ready:
    """A gateway, keys and features that know the answer."""

    async def answer(self, _: Call) -> Reply:
        """Answer, in the next turn of the loop."""
        await asyncio.sleep(0)
        return REPLY

    def find(self, _: str) -> AnyFeature | None:
        """Know no feature."""
        return None

    def recall(self, text: str) -> Principal | None:
        """Know every key."""
        return Principal.local() if text else None

    async def verify(self, text: str) -> Principal:
        """Know every key."""
        return Principal(id=f"key:{text}")


async def answer_barely(_: Scope, receive: Receive, send: Send) -> None:
    """Read, decode and answer: what no application can leave out."""
    fields_of((await receive())["body"])
    await asyncio.sleep(0)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": REPLY.body})


def open_door() -> Door:
    """Return a door in front of nothing."""
    ready, address = Ready(), Address()
    calls = Calls(cast("Gateway", ready), cast("FeatureCalls", ready), Wire.CHAT)
    return Door(
        answer_barely,
        {PATH: Endpoint(serve=calls.serve, wire=Wire.CHAT)},
        callers=Callers(address, ready),
        visits=Visits(address),
        limits=Limits(),
        clock=SystemClock(),
    )


async def ask(app: ASGIApp) -> None:
    """Send one request, as a server would; its caller never leaves."""
    arrived = asyncio.Event()
    arrived.set()

    async def receive() -> Message:
        await arrived.wait()
        arrived.clear()
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(_: Message) -> None:
        pass

    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": PATH, "headers": list(HEADERS)}
    await app(scope, receive, send)


async def measure(app: ASGIApp) -> float:
    """Return the CPU time of one request, in microseconds."""
    began = time.process_time()
    for _ in range(REQUESTS):
        await asyncio.create_task(ask(app))
    return (time.process_time() - began) / REQUESTS * 1e6


async def main() -> None:
    """Print the best of several rounds."""
    door = open_door()
    rounds = [(await measure(answer_barely), await measure(door)) for _ in range(ROUNDS)]
    bare, whole = (min(times) for times in zip(*rounds, strict=True))
    print(f"barest application {bare:.1f} µs, door {whole:.1f} µs: {whole - bare:.1f} µs more a request")


if __name__ == "__main__":
    uvloop.run(main())
