"""Calls to models: the embedded ones on this machine, and any provider's.

`features` asks for chats, `knowledge` for vectors, the command line installs the embedded model. Other rooms import
names from here, never from an inner file.
"""

from plimsoll.gateway.model.embedder import Embedder, SpanVectors, TextVectors, load_embedder
from plimsoll.gateway.model.location import MINILM, KnownModel, cache_folder, wheel_folder
from plimsoll.gateway.model.prepare import find_model, prepare_model

__all__ = [
    "MINILM",
    "Embedder",
    "KnownModel",
    "SpanVectors",
    "TextVectors",
    "cache_folder",
    "find_model",
    "load_embedder",
    "prepare_model",
    "wheel_folder",
]
