"""Choose which model each alias of `plimsoll.toml` stands for, from the settings and the environment.

Pure but for one question: a server that offers no default model (Ollama, say) is asked which ones it has.
"""

from collections.abc import Mapping

from plimsoll.errors import InvalidSettings, PlimsollError, unknown_name
from plimsoll.gateway import ModelTarget, OpenAICompatible, detect_providers
from plimsoll.project.settings import SETTINGS_FILE, ModelSettings, Settings
from plimsoll.project.status import ModelInUse
from plimsoll.records import Secret

EMBEDDED = "plimsoll"
"""Provider name of the models that run in this process."""
READER = "reader"
"""The embedded reader, which quotes."""
FIRST_LISTED = "first-listed"
"""Stands for the first model that a server lists, until the server has been asked."""


def make_providers(settings: Settings, environ: Mapping[str, str]) -> dict[str, OpenAICompatible]:
    """Return a client for every model server that the environment or the settings name, preferred ones first."""
    found = {
        provider.name: OpenAICompatible(
            provider.name, base_url=provider.base_url, api_key=provider.api_key, dialect=provider.dialect
        )
        for provider in detect_providers(environ)
    }
    return found | _declared(settings, environ)


def _declared(settings: Settings, environ: Mapping[str, str]) -> dict[str, OpenAICompatible]:
    declared: dict[str, OpenAICompatible] = {}
    for name, provider in settings.providers.items():
        key = environ.get(provider.api_key_env, "") if provider.api_key_env else ""
        if provider.api_key_env and not key:
            raise InvalidSettings(
                f"{SETTINGS_FILE}: the provider {name!r} reads its key from ${provider.api_key_env}, which is not set.",
                next_step=f"Set it: export {provider.api_key_env}=...",
            )
        declared[name] = OpenAICompatible(name, base_url=provider.base_url, api_key=Secret(key) if key else None)
    return declared


def choose_models(settings: Settings, environ: Mapping[str, str]) -> tuple[ModelInUse, ...]:
    """Return the model of every alias: as declared, or for `auto` the first provider that the environment names.

    Raises:
        InvalidSettings: an alias names a provider that is neither declared nor found in the environment.

    """
    detected = detect_providers(environ)
    known = [EMBEDDED, *(provider.name for provider in detected), *settings.providers]
    chosen = tuple(_choose(alias, model, environ) for alias, model in settings.models.items())
    for use in chosen:
        _require_known(use, known)
    return chosen


def _choose(alias: str, model: ModelSettings, environ: Mapping[str, str]) -> ModelInUse:
    if model.model != "auto":
        provider, _, name = model.model.partition("/")
        return ModelInUse(alias=alias, provider=provider, model=name, because=f"{SETTINGS_FILE} says so")
    first = next(iter(detect_providers(environ)), None)
    if first is None:
        return ModelInUse(alias=alias, provider=EMBEDDED, model=READER, because="no provider's key is set")
    name = first.chat_model or FIRST_LISTED
    return ModelInUse(alias=alias, provider=first.name, model=name, because=f"{first.variable} is set")


def _require_known(use: ModelInUse, known: list[str]) -> None:
    if not use.model:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: models.{use.alias}.model is {use.provider!r}; it must be 'provider/model' or 'auto'.",
            next_step='For example: model = "plimsoll/reader".',
        )
    if use.provider not in known:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: models.{use.alias}: {unknown_name('provider', use.provider, known)}",
            next_step=f"Declare it under [providers.{use.provider}], or set its key in the environment.",
        )
    if use.provider == EMBEDDED and use.model != READER:
        known_models = [f"{EMBEDDED}/{READER}"]
        raise InvalidSettings(
            f"{SETTINGS_FILE}: models.{use.alias}: {unknown_name('model', f'{EMBEDDED}/{use.model}', known_models)}",
            next_step=f'Write model = "{EMBEDDED}/{READER}", or the model of another provider.',
        )


async def name_listed_model(use: ModelInUse, providers: Mapping[str, OpenAICompatible]) -> ModelInUse:
    """Return the alias with the first model its server lists, where it was left to the server to say.

    A server that does not answer leaves the alias as it is: the first call then says what is wrong.
    """
    if use.model != FIRST_LISTED:
        return use
    try:
        listed = await providers[use.provider].list_models()
    except PlimsollError as error:
        return ModelInUse(alias=use.alias, provider=use.provider, model=use.model, because=error.message)
    if not listed:
        return ModelInUse(alias=use.alias, provider=use.provider, model=use.model, because="it lists no model")
    return ModelInUse(alias=use.alias, provider=use.provider, model=listed[0], because=f"{use.because}, first listed")


def make_target(use: ModelInUse, prices: ModelSettings) -> ModelTarget:
    """Return the gateway's target for an alias, with the declared prices."""
    return ModelTarget(
        alias=use.alias,
        provider=use.provider,
        model=use.model,
        input_usd_per_million=prices.input_usd_per_million,
        output_usd_per_million=prices.output_usd_per_million,
    )
