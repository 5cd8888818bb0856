"""Calls to models: the embedded ones on this machine, and any provider's.

`features` asks for chats, `knowledge` for vectors, the command line installs the embedded model. Other rooms import
names from here, never from an inner file. One attempt a call: it neither retries nor caches.
"""

from plimsoll.gateway.call import Gateway
from plimsoll.gateway.detect import DetectedProvider, detect_providers
from plimsoll.gateway.model.embedder import Embedder, SpanVectors, TextVectors, load_embedder
from plimsoll.gateway.model.install import DownloadProgress, ModelSource, install_model
from plimsoll.gateway.model.location import MINILM, KnownModel, cache_folder, wheel_folder
from plimsoll.gateway.model.prepare import find_model, prepare_model
from plimsoll.gateway.provider import Provider
from plimsoll.gateway.providers.dialect import Dialect
from plimsoll.gateway.providers.embedded import Embedded
from plimsoll.gateway.providers.openai_compatible import Limits, OpenAICompatible
from plimsoll.gateway.providers.scripted import Scripted, ScriptedReply
from plimsoll.gateway.reader import ExtractedAnswer, QuotedSentence, ReaderSettings, extract_answer
from plimsoll.gateway.target import ModelTarget, price_call
from plimsoll.gateway.wire import ChatReply, ChatRequest, Embeddings, Grounding

__all__ = [
    "MINILM",
    "ChatReply",
    "ChatRequest",
    "DetectedProvider",
    "Dialect",
    "DownloadProgress",
    "Embedded",
    "Embedder",
    "Embeddings",
    "ExtractedAnswer",
    "Gateway",
    "Grounding",
    "KnownModel",
    "Limits",
    "ModelSource",
    "ModelTarget",
    "OpenAICompatible",
    "Provider",
    "QuotedSentence",
    "ReaderSettings",
    "Scripted",
    "ScriptedReply",
    "SpanVectors",
    "TextVectors",
    "cache_folder",
    "detect_providers",
    "extract_answer",
    "find_model",
    "install_model",
    "load_embedder",
    "prepare_model",
    "price_call",
    "wheel_folder",
]
