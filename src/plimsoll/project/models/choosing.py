"""Choose which model each alias of `plimsoll.toml` stands for, from the settings and the environment.

Pure but for one question: a server that offers no default model (Ollama, say) is asked which ones it has.
"""

from collections.abc import Mapping

import msgspec

from plimsoll.errors import InvalidSettings, PlimsollError, unknown_name
from plimsoll.gateway import (
    Alias,
    BreakerPolicy,
    ModelTarget,
    Policy,
    Timeouts,
    detect_providers,
)
from plimsoll.prices import ModelPrice
from plimsoll.project.models.clients import RemoteProvider
from plimsoll.project.models.pricing import price_of
from plimsoll.project.settings import SETTINGS_FILE, ModelSettings, Settings
from plimsoll.project.status import ModelInUse
from plimsoll.records import Allowance

EMBEDDED = "plimsoll"
"""Provider name of the models that run in this process."""
READER = "reader"
"""The embedded reader, which quotes."""
FIRST_LISTED = "first-listed"
"""Stands for the first model that a server lists, until the server has been asked."""


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
    for alias, model in settings.models.items():
        if model.targets and "model" in model.model_fields_set:
            raise InvalidSettings(
                f"{SETTINGS_FILE}: models.{alias} has both `model` and `targets`, and only one can be asked first.",
                next_step="Put all of its models into `targets`, and take `model` out.",
            )
        if "targets" in model.model_fields_set and not model.targets:
            raise InvalidSettings(
                f"{SETTINGS_FILE}: models.{alias} has no `targets`: the list is empty.",
                next_step="Name a model in it, or take `targets` out.",
            )
        for target in model.targets:
            _require_known(_split(alias, target.model), known)
    return tuple(_note_missing_key(use, settings, environ) for use in chosen)


def _note_missing_key(use: ModelInUse, settings: Settings, environ: Mapping[str, str]) -> ModelInUse:
    declared = settings.providers.get(use.provider)
    variable = declared.api_key_env if declared is not None else ""
    return msgspec.structs.replace(use, missing_key=variable) if variable and not environ.get(variable) else use


def _choose(alias: str, model: ModelSettings, environ: Mapping[str, str]) -> ModelInUse:
    if model.targets:
        return _split(alias, model.targets[0].model)
    if model.model != "auto":
        return _split(alias, model.model)
    first = next(iter(detect_providers(environ)), None)
    if first is None:
        return ModelInUse(alias=alias, provider=EMBEDDED, model=READER, because="no provider's key is set")
    name = first.chat_model or FIRST_LISTED
    return ModelInUse(alias=alias, provider=first.name, model=name, because=f"{first.variable} is set")


def _split(alias: str, full_name: str) -> ModelInUse:
    provider, _, name = full_name.partition("/")
    return ModelInUse(alias=alias, provider=provider, model=name, because=f"{SETTINGS_FILE} says so")


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


async def name_listed_model(use: ModelInUse, providers: Mapping[str, RemoteProvider]) -> ModelInUse:
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


def name_targets(use: ModelInUse, settings: ModelSettings) -> tuple[ModelInUse, ...]:
    """Return every model that stands behind an alias, the one in use first."""
    return (use, *(_split(use.alias, target.model) for target in settings.targets[1:]))


def make_alias(use: ModelInUse, settings: ModelSettings, *, published: Mapping[tuple[str, str], ModelPrice]) -> Alias:
    """Return the gateway's alias for a model of the settings, with its targets, prices and policy."""
    return Alias(
        name=use.alias,
        targets=tuple(
            ModelTarget(
                alias=one.alias,
                provider=one.provider,
                model=one.model,
                price=price_of(one.provider, one.model, declared=declared, published=published),
            )
            for one, declared in zip(name_targets(use, settings), settings.targets or (settings,), strict=True)
        ),
        weights=tuple(target.weight for target in settings.targets),
        fall_back=settings.fall_back,
        policy=make_policy(settings),
        allowance=_limit(use.alias, settings),
    )


def _limit(alias: str, settings: ModelSettings) -> Allowance | None:
    """Return the limits that the settings set on all callers of an alias together."""
    allowance = Allowance(
        allowance_id=f"settings:{alias}",
        applies_to=f"model:{alias}",
        requests_per_minute=settings.requests_per_minute,
        tokens_per_minute=settings.tokens_per_minute,
        concurrent=settings.concurrent,
    )
    return allowance if allowance.has_limits else None


def make_policy(settings: ModelSettings) -> Policy:
    """Return how the calls of a model are made, as the settings say."""
    return Policy(
        balance=settings.balance,
        retries=settings.retries,
        first_wait_seconds=settings.first_wait_seconds,
        longest_wait_seconds=settings.longest_wait_seconds,
        mid_stream=settings.mid_stream,
        escalate=settings.escalate,
        cache_seconds=settings.cache_seconds,
        semantic_cache_seconds=settings.semantic_cache_seconds,
        semantic_threshold=settings.semantic_threshold,
        coalesce=settings.coalesce,
        max_output_tokens=settings.max_output_tokens,
        timeouts=Timeouts(**settings.timeouts.model_dump()),
        breaker=BreakerPolicy(**settings.breaker.model_dump()),
    )
