"""Plimsoll as a target: a project in a temporary folder, served by one worker with everything on.

What is on is asked of the running server, not assumed: a request with a wrong key, one beyond a limit, a reply's cost.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import msgspec
from gateway_kit.running import GATEWAY_CORE, NotStarted, started
from gateway_kit.target import Kind, Place, Target, Way
from gateway_kit.upstream import ANSWERS, FAILS

_ROOT = Path(__file__).parents[2]
_TRACED_SECONDS = 5.0
"""A trace is in the table by then."""
_POLL_SECONDS = 0.2
_SETTINGS = """
[providers.bench]
wire = "openai"
base_url = "{upstream}"

[models.default]
model = "bench/{answers}"

[models.fast]
model = "bench/{answers}"
requests_per_minute = 100_000_000
tokens_per_minute = 100_000_000_000
concurrent = 1_000
input_usd_per_million = 1.0
output_usd_per_million = 4.0

[models.remembered]
model = "bench/{answers}"
cache_seconds = 600
input_usd_per_million = 1.0
output_usd_per_million = 4.0

[models.held]
model = "bench/{answers}"
requests_per_minute = 1

# Without a retry, and with a breaker that never opens: every request meets the refusal, as with the other gateways.
[models.falling]
model = "bench/{fails}"
fall_back = ["fast"]
retries = 0
input_usd_per_million = 1.0
output_usd_per_million = 4.0
[models.falling.breaker]
failures = 1_000_000_000
"""


@contextmanager
def open_plimsoll(place: Place) -> Generator[Target]:
    """Start `plimsoll serve` on a project with an access key, limits and prices."""
    settings = _SETTINGS.format(upstream=place.upstream, answers=ANSWERS, fails=FAILS)
    (place.folder / "plimsoll.toml").write_text(settings)
    key = _plimsoll(place.folder, "keys", "create", "bench", "--scope", "models")
    command = [sys.executable, "-m", "plimsoll", "serve", "--port", "0"]
    with started(command, core=GATEWAY_CORE, folder=place.folder, environment=_environment()) as running:
        port = int(running.wait_for(r"serves on http://[^:]+:(\d+)"))
        headers = {"authorization": f"Bearer {key}"}
        yield Target(
            name="plimsoll",
            setting=_setting(port, headers, place.folder),
            port=port,
            headers=headers,
            ways={
                Kind.CHAT: Way(model="fast"),
                Kind.CACHED: Way(model="remembered"),
                Kind.FALL_BACK: Way(model="falling"),
            },
            running=running,
        )


class _Reply(msgspec.Struct, frozen=True):
    status: int
    headers: Mapping[str, str]


def _setting(port: int, headers: Mapping[str, str], folder: Path) -> str:
    reply = _ask(port, "fast", headers)
    limited = [_ask(port, "held", headers).status for _ in range(2)]
    proven = {
        "access key": _ask(port, "fast", {"authorization": "Bearer plim_unknown"}).status == HTTPStatus.UNAUTHORIZED,
        "traces": _is_traced(folder, reply.headers.get("x-plimsoll-trace-id", "none")),
        "cost": "x-plimsoll-cost-usd" in reply.headers,
        "limits": limited == [HTTPStatus.OK, HTTPStatus.TOO_MANY_REQUESTS],
    }
    said = {is_on: ", ".join(name for name in proven if proven[name] is is_on) for is_on in (True, False)}
    return f"on: {said[True]}; off: {said[False] or 'nothing'}"


def _ask(port: int, model: str, headers: Mapping[str, str]) -> _Reply:
    body = msgspec.json.encode({"model": model, "messages": [{"role": "user", "content": "What is on?"}]})
    address = f"http://127.0.0.1:{port}/v1/chat/completions"
    request = urllib.request.Request(address, body, {"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return _Reply(answer.status, dict(answer.headers.items()))
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return _Reply(refusal.code, dict(refusal.headers.items()))


def _is_traced(folder: Path, trace_id: str) -> bool:
    deadline = time.monotonic() + _TRACED_SECONDS
    while time.monotonic() < deadline:
        if trace_id in _plimsoll(folder, "traces", "--json"):
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT / "src")}


def _plimsoll(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "plimsoll", *arguments]
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotStarted(f"`plimsoll {' '.join(arguments)}` said: {done.stderr.strip()}")
    return done.stdout.strip()
