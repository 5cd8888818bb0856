"""The embedding models that a corpus may be embedded with, by what settings call them; each is loaded once."""

import asyncio
from pathlib import Path

import msgspec
from opentelemetry.trace import Tracer

from plimsoll.errors import InvalidSettings, NotFound
from plimsoll.gateway import Gateway, load_embedder
from plimsoll.knowledge import ProviderEmbedder, TextEmbedder, ask_dimensions
from plimsoll.project.models.choosing import EMBEDDED
from plimsoll.project.models.embedded import EmbeddedOnDemand
from plimsoll.project.operation_span import operation_span
from plimsoll.records import Principal

MINILM = f"{EMBEDDED}/minilm"
"""The embedding model that is installed with Plimsoll."""
_FOLDER_STARTS = ("./", "../", "/")


class EmbeddingModels:
    """Loads embedding models."""

    def __init__(
        self, embedded: EmbeddedOnDemand, gateway: Gateway, *, tracer: Tracer, folder: Path, kept: Path
    ) -> None:
        """Take what serves models; folders are relative to the project's, `kept` keeps lengths of providers' vectors.

        So a corpus can be opened, and searched by its words, while its provider cannot be reached.
        """
        self._embedded = embedded
        self._gateway = gateway
        self._tracer = tracer
        self._folder = folder
        self._kept = kept
        self._lock = asyncio.Lock()
        self._loaded: dict[str, TextEmbedder] = {}

    async def load(self, model: str) -> TextEmbedder:
        """Return the model that is so named: the installed one, one in a folder, or one of a provider.

        Raises InvalidSettings for a name that is none of these, ModelMissing, and what the gateway raises where a
        provider's model is asked for the first time.
        """
        if model == MINILM:
            return await self._embedded.embedder()
        async with self._lock:
            if model not in self._loaded:
                self._loaded[model] = await self._load(model)
            return self._loaded[model]

    async def _load(self, model: str) -> TextEmbedder:
        if model.startswith(_FOLDER_STARTS):
            return await asyncio.to_thread(load_embedder, self._folder / model)
        target = self._resolve(model)
        if target == MINILM:
            return await self._embedded.embedder()
        counter = await self._embedded.embedder()
        return ProviderEmbedder(self._gateway, model, dimensions=await self._dimensions(model, target), counter=counter)

    def _resolve(self, model: str) -> str:
        try:
            target = self._gateway.resolve(model)
        except NotFound as error:
            raise _refuse(model) from error
        if target.provider == EMBEDDED and target.full_name != MINILM:
            raise _refuse(model)
        return target.full_name

    async def _dimensions(self, model: str, target: str) -> int:
        known = await asyncio.to_thread(_read_lengths, self._kept)
        if target not in known:
            with operation_span(self._tracer, f"embed {model}", caller=Principal.local()):
                known[target] = await ask_dimensions(self._gateway, model)
            await asyncio.to_thread(_write_lengths, self._kept, known)
        return known[target]


def _refuse(model: str) -> InvalidSettings:
    return InvalidSettings(
        f"{model!r} is no embedding model that a corpus can be embedded with.",
        next_step=f"Name {MINILM}, the folder of a model (./models/NAME, with weights and tokenizer in it), or a "
        "provider's model: an alias under [models] in plimsoll.toml or PROVIDER/MODEL.",
    )


def _read_lengths(path: Path) -> dict[str, int]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int])
    except (OSError, msgspec.MsgspecError):
        return {}  # derived: the provider is asked again


def _write_lengths(path: Path, lengths: dict[str, int]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(msgspec.json.encode(lengths))
    part.replace(path)
