"""Which model servers the settings and the environment name, and the client of each. Nothing is contacted.

`models` connects them when a project is opened, and again, those that changed, when its settings do.
"""

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from plimsoll.errors import InvalidSettings
from plimsoll.gateway import Anthropic, DetectedProvider, Dialect, Limits, OpenAICompatible, detect_providers
from plimsoll.project.settings import SETTINGS_FILE, ProviderSettings, Settings
from plimsoll.records import Secret

_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*|[a-z_]+")
"""What the name of a variable looks like, and an access key does not."""
_OPENAI_HOST = "api.openai.com"
RemoteProvider = OpenAICompatible | Anthropic
"""A client of a model server."""


class ProviderSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the client of one model server is made from."""

    name: str
    """Its name in `provider/model`."""
    base_url: str
    """Where its interface lies."""
    api_key: Secret | None
    """The key; None for servers that ask for none."""
    wire: Literal["openai", "anthropic"]
    """What it speaks."""
    dialect: Dialect
    """How it differs from OpenAI's plain interface."""
    limits: Limits
    """What it may use."""
    missing_key: str = ""
    """The environment variable that should hold the key and does not; empty: nothing is missing."""

    def makes_the_same_as(self, other: "ProviderSource | None") -> bool:
        """Tell whether a client made from the other would be the same; secrets are compared by what they hide."""
        return other is not None and self.revealed() == other.revealed()

    def connect(self) -> RemoteProvider:
        """Return a client; its connections are opened by its calls."""
        if self.wire == "anthropic":
            client: RemoteProvider = Anthropic(
                self.name, base_url=self.base_url, api_key=self.api_key, limits=self.limits
            )
        else:
            client = OpenAICompatible(
                self.name, base_url=self.base_url, api_key=self.api_key, dialect=self.dialect, limits=self.limits
            )
        client.http.missing_key = self.missing_key
        return client

    def revealed(self) -> tuple[object, ...]:
        """Return all of it, the key in plain text; for comparison only."""
        key = self.api_key.reveal() if self.api_key else None
        return (self.name, self.base_url, key, self.wire, self.dialect, self.limits, self.missing_key)


def find_sources(settings: Settings, environ: Mapping[str, str]) -> dict[str, ProviderSource]:
    """Return every model server that the environment or the settings name, preferred ones first.

    One whose key is not set is among them: whoever only reads traces or stops a spender needs no key of a provider.
    """
    found = {provider.name: _detected(provider) for provider in detect_providers(environ)}
    return found | {name: _declared(name, provider, environ) for name, provider in settings.providers.items()}


def _detected(provider: DetectedProvider) -> ProviderSource:
    return ProviderSource(
        name=provider.name,
        base_url=provider.base_url,
        api_key=provider.api_key,
        wire=provider.wire,
        dialect=provider.dialect,
        limits=Limits(),
    )


def _dialect_of(provider: ProviderSettings) -> Dialect:
    """Return how a declared server differs; OpenAI itself is known, whatever its name in the settings."""
    if urlsplit(provider.base_url).hostname == _OPENAI_HOST:
        return Dialect(output_limit="max_completion_tokens", has_responses=True)
    return Dialect(has_responses=provider.responses)


def _declared(name: str, provider: ProviderSettings, environ: Mapping[str, str]) -> ProviderSource:
    key = environ.get(provider.api_key_env, "") if provider.api_key_env else ""
    if provider.api_key_env and not key and not _VARIABLE.fullmatch(provider.api_key_env):
        # The value is not shown: it may be the key itself.
        raise InvalidSettings(
            f"{SETTINGS_FILE}: what the provider {name!r} has as `api_key_env` is no name of a variable.",
            next_step="Put the key into the environment, and the variable's name here: "
            f'api_key_env = "{name.upper()}_API_KEY".',
        )
    return ProviderSource(
        name=name,
        base_url=provider.base_url,
        api_key=Secret(key) if key else None,
        wire=provider.wire,
        dialect=_dialect_of(provider),
        limits=Limits(connections=provider.connections),
        missing_key="" if key else provider.api_key_env,
    )
