"""Which providers the environment names: a key, a base URL or an Ollama host. Pure; nothing is contacted.

The project's wiring asks, so that a key in the environment is all that a newcomer sets. Addresses and default models
were current in November 2026; `plimsoll.toml` overrides them.
"""

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from plimsoll.gateway.providers.dialect import Dialect
from plimsoll.records import Secret

_OPENAI_URL = "https://api.openai.com/v1"
_OLLAMA_PORT = 11434
_ANY_ADDRESS = {"", "0.0.0.0", "::"}  # noqa: S104  recognised, never bound


class DetectedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that the environment names."""

    name: str
    """Its name in `provider/model`."""
    base_url: str
    """Where its interface lies, without a slash at the end."""
    api_key: Secret | None
    """The key; None for servers that ask for none."""
    chat_model: str | None
    """A small, current chat model to begin with; None: take the first one that the server lists."""
    variable: str
    """The environment variable that named it."""
    dialect: Dialect = Dialect()
    """How it differs from the plain interface."""
    wire: Literal["openai", "anthropic"] = "openai"
    """What it speaks."""


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    variable: str
    base_url: str
    chat_model: str
    dialect: Dialect = Dialect()
    wire: Literal["openai", "anthropic"] = "openai"


_OPENAI_DIALECT = Dialect(output_limit="max_completion_tokens", has_responses=True)

_KNOWN = (
    _Known(
        name="anthropic",
        variable="ANTHROPIC_API_KEY",
        base_url="https://api.anthropic.com/v1",
        chat_model="claude-haiku-5-5",
        wire="anthropic",
    ),
    _Known(
        name="gemini",
        variable="GEMINI_API_KEY",
        base_url="https://generativelanguage.googleapis.com/v1beta/openai",
        chat_model="gemini-3.5-flash",
    ),
    _Known(
        name="mistral",
        variable="MISTRAL_API_KEY",
        base_url="https://api.mistral.ai/v1",
        chat_model="mistral-small-latest",
    ),
    _Known(
        name="groq",
        variable="GROQ_API_KEY",
        base_url="https://api.groq.com/openai/v1",
        chat_model="openai/gpt-oss-120b",
    ),
    _Known(
        name="deepseek",
        variable="DEEPSEEK_API_KEY",
        base_url="https://api.deepseek.com/v1",
        chat_model="deepseek-flash",
        dialect=Dialect(schema="json_object"),
    ),
    _Known(
        name="openrouter",
        variable="OPENROUTER_API_KEY",
        base_url="https://openrouter.ai/api/v1",
        chat_model="openrouter/auto",
    ),
)


def detect_providers(environ: Mapping[str, str]) -> tuple[DetectedProvider, ...]:
    """Return the providers that the environment names, the preferred one first.

    The order is OpenAI (or what `OPENAI_BASE_URL` names), Anthropic, Gemini, Mistral, Groq, DeepSeek, OpenRouter,
    Ollama. Empty variables count as unset.
    """
    found = [_detect_openai(environ), *(_detect_known(known, environ) for known in _KNOWN), _detect_ollama(environ)]
    return tuple(provider for provider in found if provider is not None)


def _detect_openai(environ: Mapping[str, str]) -> DetectedProvider | None:
    key, url = _read(environ, "OPENAI_API_KEY"), _read(environ, "OPENAI_BASE_URL").rstrip("/")
    if not key and not url:
        return None
    is_openai = url in {"", _OPENAI_URL}
    return DetectedProvider(
        name="openai",
        base_url=url or _OPENAI_URL,
        api_key=Secret(key) if key else None,
        chat_model="gpt-6-luna" if is_openai else None,
        variable="OPENAI_API_KEY" if key else "OPENAI_BASE_URL",
        dialect=_OPENAI_DIALECT if is_openai else Dialect(),
    )


def _detect_known(known: _Known, environ: Mapping[str, str]) -> DetectedProvider | None:
    key = _read(environ, known.variable)
    if not key:
        return None
    return DetectedProvider(
        name=known.name,
        base_url=known.base_url,
        api_key=Secret(key),
        chat_model=known.chat_model,
        variable=known.variable,
        dialect=known.dialect,
        wire=known.wire,
    )


def _detect_ollama(environ: Mapping[str, str]) -> DetectedProvider | None:
    host = _read(environ, "OLLAMA_HOST")
    if not host:
        return None
    return DetectedProvider(
        name="ollama", base_url=ollama_url(host), api_key=None, chat_model=None, variable="OLLAMA_HOST"
    )


def ollama_url(host: str) -> str:
    """Return the base URL for a value of `OLLAMA_HOST`, read as Ollama's own client reads it.

    `host`, `host:port`, `:port` and full URLs are taken. Without a scheme the port defaults to 11434; the address that
    means "all interfaces" to the server means this machine to a client.
    """
    scheme, separator, rest = host.rpartition("://")
    if rest.count(":") > 1 and "[" not in rest:
        rest = f"[{rest}]"
    parts = urlsplit(f"//{rest}")
    name = parts.hostname or ""
    shown = "127.0.0.1" if name in _ANY_ADDRESS else f"[{name}]" if ":" in name else name
    port = _read_port(parts.netloc) or (None if separator else _OLLAMA_PORT)
    address = shown if port is None else f"{shown}:{port}"
    return f"{scheme or 'http'}://{address}{parts.path.rstrip('/')}/v1"


def _read_port(address: str) -> int | None:
    digits = address.rpartition("]")[2].rpartition(":")[2]
    return int(digits) if ":" in address.rpartition("]")[2] and digits.isdecimal() else None


def _read(environ: Mapping[str, str], variable: str) -> str:
    return environ.get(variable, "").strip()
