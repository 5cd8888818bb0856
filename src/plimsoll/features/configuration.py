"""What exactly a feature runs with, under one hash: stored with each request, so that two runs can be told apart.

Made by the runner when a feature is checked; read by evaluations, traces and the gate.
"""

import hashlib
import json
from collections.abc import Mapping

import msgspec
from pydantic import BaseModel

from plimsoll.features.feature import Feature, In, Out
from plimsoll.features.prompt import Prompt
from plimsoll.gateway import ModelTarget
from plimsoll.knowledge import RetrievalPlan


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature runs with."""

    model: str
    """The model that is asked, as `provider/model`."""
    prompt_path: str
    """The prompt's file, relative to the project."""
    prompt_hash: str
    """SHA-256 of that file."""
    config_hash: str
    """SHA-256 over prompt, model, parameters, models of input and output, retrieval with its constants, policies and
    deadline."""
    parts: dict[str, str] = {}
    """Hash of each of those, by its name, so that what differs between two configurations can be said."""
    parameters: dict[str, float | int | None] = {}
    """Parameters of the model call that the prompt's head sets."""
    prompt_characters: int = 0
    """Length of the prompt's file."""


def describe_configuration(
    feature: Feature[In, Out],
    *,
    prompt: Prompt,
    target: ModelTarget,
    plan: RetrievalPlan,
    constants: Mapping[str, object],
) -> Configuration:
    """Return what the feature runs with; the line and the dataset are left out, since they change no answer.

    `constants` are what its retriever goes by besides the plan, as plain data; a feature without one has none.
    """
    model = f"{target.provider}/{target.model}"
    facts: dict[str, object] = {
        "prompt": prompt.sha256,
        "model": model,
        "input": _schema(feature.input),
        "output": _schema(feature.output),
        "retrieval": msgspec.to_builtins(feature.retrieval),
        "plan": msgspec.to_builtins(plan) if feature.retrieval is not None else None,
        "on": msgspec.to_builtins(feature.on),
        "timeout_seconds": feature.timeout_seconds,
    }
    if feature.retrieval is not None:
        facts["constants"] = dict(constants)
    settings = msgspec.structs.asdict(prompt.settings)
    return Configuration(
        model=model,
        prompt_path=prompt.path,
        prompt_hash=prompt.sha256,
        config_hash=_hash(facts),
        prompt_characters=len(prompt.text),
        parts={name: _hash(fact)[:16] for name, fact in facts.items()},
        parameters={name: value for name, value in settings.items() if value is not None},
    )


def _hash(facts: object) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _schema(model: type[BaseModel]) -> dict[str, object]:
    return model.model_json_schema()
