"""The gateways of others, each with its own advice for production: one worker, no database, little logging.

Used by the benchmark. They are installed by `prepare_peers.sh`; nothing of theirs is kept in this repository.
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from gateway_kit.running import GATEWAY_CORE, NotStarted, free_port, started
from gateway_kit.target import Kind, Place, Target, Way
from gateway_kit.upstream import ANSWERS, FAILS

_MASTER_KEY = "sk-bench-master"
_UPSTREAM_KEY = "sk-bench"

_TENSORZERO = """
[gateway]
disable_pseudonymous_usage_analytics = true
observability.enabled = false

[models.fast]
routing = ["answers"]
[models.fast.providers.answers]
type = "openai"
model_name = "{answers}"
api_base = "{upstream}/"
api_key_location = "none"

[models.falling]
routing = ["fails", "answers"]
[models.falling.providers.fails]
type = "openai"
model_name = "{fails}"
api_base = "{upstream}/"
api_key_location = "none"
[models.falling.providers.answers]
type = "openai"
model_name = "{answers}"
api_base = "{upstream}/"
api_key_location = "none"
"""

# Its wheel carries the gateway as a library; this is what the wheel's own OpenAI client starts.
_START_TENSORZERO = """
import threading
from tensorzero.tensorzero import _start_http_gateway
gateway = _start_http_gateway(
    config_file="tensorzero.toml", clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False
)
print("serves on", gateway.base_url, flush=True)
threading.Event().wait()
"""


@contextmanager
def open_litellm(place: Place) -> Generator[Target]:
    """Start LiteLLM's proxy."""
    program = _installed(place.peers / "litellm/venv/bin/litellm")
    port = free_port()
    (place.folder / "config.yaml").write_bytes(msgspec.json.encode(_litellm_settings(place)))
    command = [
        str(program),
        "--config",
        "config.yaml",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--num_workers",
        "1",
    ]
    quiet = {"LITELLM_LOG": "ERROR", "LITELLM_MODE": "PRODUCTION", "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    with started(command, core=GATEWAY_CORE, folder=place.folder, environment=quiet) as running:
        running.wait_for_port(port)
        yield Target(
            name="litellm",
            setting=f"{_version(place, 'litellm')}: master key and cost on; no database: no keys, spend log, budgets",
            port=port,
            headers={"authorization": f"Bearer {_MASTER_KEY}"},
            ways={
                Kind.CHAT: Way(model="fast"),
                Kind.CACHED: Way(model="fast", fields={"cache": {"use-cache": True}}),
                Kind.FALL_BACK: Way(model="falling"),
            },
            running=running,
        )


def _litellm_settings(place: Place) -> dict[str, object]:
    prices = {"input_cost_per_token": 1e-6, "output_cost_per_token": 4e-6}
    address = {"api_base": place.upstream, "api_key": _UPSTREAM_KEY, **prices}
    names = {"fast": ANSWERS, "falling": FAILS}
    return {
        "model_list": [
            {"model_name": alias, "litellm_params": {"model": f"openai/{model}", **address}}
            for alias, model in names.items()
        ],
        "router_settings": {"num_retries": 0, "disable_cooldowns": True, "fallbacks": [{"falling": ["fast"]}]},
        "litellm_settings": {
            "num_retries": 0,
            "set_verbose": False,
            "telemetry": False,
            "cache": True,
            "cache_params": {"type": "local", "mode": "default_off", "ttl": 600},
        },
        "general_settings": {"master_key": _MASTER_KEY},
    }


@contextmanager
def open_tensorzero(place: Place) -> Generator[Target]:
    """Start the HTTP gateway of TensorZero's wheel."""
    program = _installed(place.peers / "tensorzero/venv/bin/python")
    settings = _TENSORZERO.format(answers=ANSWERS, fails=FAILS, upstream=place.upstream)
    (place.folder / "tensorzero.toml").write_text(settings)
    with started([str(program), "-c", _START_TENSORZERO], core=GATEWAY_CORE, folder=place.folder) as running:
        address = running.wait_for(r"serves on http://\S+:(\d+/\S*)")
        port, _, path = address.partition("/")
        yield Target(
            name="tensorzero",
            setting=f"{_version(place, 'tensorzero')}: no database: no observability, keys, limits, cache",
            port=int(port),
            path=f"/{path.rstrip('/')}/chat/completions",
            ways={
                Kind.CHAT: Way(model="tensorzero::model_name::fast"),
                Kind.FALL_BACK: Way(model="tensorzero::model_name::falling"),
            },
            running=running,
        )


@contextmanager
def open_portkey(place: Place) -> Generator[Target]:
    """Start Portkey's open gateway on Node.js."""
    program = _installed(place.peers / "portkey/node_modules/@portkey-ai/gateway/build/start-server.js")
    port = free_port()
    command = ["node", str(program), "--headless", f"--port={port}"]
    trusted = {"NODE_ENV": "production", "TRUSTED_CUSTOM_HOSTS": "127.0.0.1"}
    with started(command, core=GATEWAY_CORE, folder=place.folder, environment=trusted) as running:
        running.wait_for_port(port)
        yield Target(
            name="portkey",
            setting=f"{_version(place, 'portkey')}: its npm build has no keys, traces, cost, limits, cache",
            port=port,
            ways={
                kind: Way(model=ANSWERS, headers=_portkey_headers(kind, place)) for kind in (Kind.CHAT, Kind.FALL_BACK)
            },
            running=running,
        )


def _portkey_headers(kind: Kind, place: Place) -> dict[str, str]:
    upstream = {"provider": "openai", "api_key": _UPSTREAM_KEY, "custom_host": place.upstream}
    failing = {**upstream, "override_params": {"model": FAILS}}
    settings: dict[Kind, dict[str, object]] = {
        Kind.CHAT: {**upstream},
        Kind.FALL_BACK: {"strategy": {"mode": "fallback", "on_status_codes": [503]}, "targets": [failing, upstream]},
    }
    return {"x-portkey-config": msgspec.json.encode(settings[kind]).decode()}


def _installed(program: Path) -> Path:
    if not program.exists():
        raise NotStarted(f"not installed: run benchmarks/prepare_peers.sh {program.parents[2]}")
    return program


def _version(place: Place, name: str) -> str:
    try:
        return (place.peers / name / "VERSION").read_text().strip()
    except FileNotFoundError:
        return "unknown version"


OPENERS = {"litellm": open_litellm, "tensorzero": open_tensorzero, "portkey": open_portkey}
"""The peers by name."""
