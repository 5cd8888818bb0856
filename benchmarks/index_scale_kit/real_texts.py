"""Sentences of real texts, each with its topic, and their vectors by the installed model; kept in a file once made.

`real_recall` reads them. Markdown, pages of PDFs and the texts of JSON lines are taken, whatever the folder holds.
"""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import msgspec
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from plimsoll.gateway import Embedder, cache_folder
from plimsoll.text import sentences

MOST = 100_000
FEWEST_LETTERS = 20
MOST_CHARACTERS = 400
AT_ONCE = 64
_LONGEST = 1_000_000
_SEED = 11
_TOPIC_FIELDS = ("title", "label", "category", "domain", "source")
_LETTER = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s+")

Vectors = NDArray[np.float32]


class RealTexts(msgspec.Struct, frozen=True):
    """What was found."""

    texts: list[str]
    """Sentences, each once."""
    topics: list[str]
    """File of each, with the title or label of its row where it has one."""


def collect(data: Path) -> RealTexts:
    """Return the sentences below the folder that are long enough to mean something; a sample where there are many."""
    found: dict[str, str] = {}
    for path in sorted(data.rglob("*")):
        for text, topic in _read(path, path.relative_to(data).as_posix()):
            for span in sentences(text[:_LONGEST]):
                sentence = _SPACE.sub(" ", text[span.start : span.end]).strip()[:MOST_CHARACTERS]
                if len(_LETTER.findall(sentence)) >= FEWEST_LETTERS:
                    found.setdefault(sentence, topic)
    texts, topics = list(found), list(found.values())
    kept = np.sort(np.random.default_rng(_SEED).permutation(len(texts))[:MOST]).tolist()
    return RealTexts([texts[place] for place in kept], [topics[place] for place in kept])


def embed(texts: list[str], embedder: Embedder) -> Vectors:
    """Return the texts' vectors, out of the cache where they were made before."""
    named = hashlib.sha256(f"{embedder.fingerprint} {texts}".encode()).hexdigest()[:16]
    kept = cache_folder() / "benchmarks" / f"{named}.npy"
    if kept.is_file():
        return np.load(kept)
    made = np.zeros((len(texts), embedder.dimensions), np.float32)
    by_length = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for first in range(0, len(by_length), AT_ONCE):
        some = by_length[first : first + AT_ONCE]
        made[some] = embedder.embed([texts[place] for place in some])
    kept.parent.mkdir(parents=True, exist_ok=True)
    np.save(kept, made)
    return made


def _read(path: Path, name: str) -> Iterator[tuple[str, str]]:
    if path.suffix == ".md":
        yield path.read_text(encoding="utf-8", errors="replace"), name
    elif path.suffix == ".jsonl":
        for line in path.read_bytes().splitlines():
            if line.strip():
                row = msgspec.json.decode(line)
                yield from ((text, _topic(row, name)) for text in _strings(row))
    elif path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            for page in document:
                yield str(page.get_textpage().get_text_range()), name


def _topic(row: object, name: str) -> str:
    fields = cast("dict[str, object]", row) if isinstance(row, dict) else {}
    given = [str(fields[field]) for field in _TOPIC_FIELDS if field in fields]
    return f"{name}#{given[0]}" if given else name


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        mapped = cast("dict[str, object] | list[object]", value)
        for inner in mapped.values() if isinstance(mapped, dict) else mapped:
            yield from _strings(inner)
