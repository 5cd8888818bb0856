"""Libraries of others, each in an environment of its own, given the same vectors through files.

They are installed by `prepare_retrieval_peers.sh`; nothing of theirs is kept in this repository. A peer splits the
documents, we embed what it wants embedded, and it searches.
"""

import os
import subprocess
from pathlib import Path

import msgspec
import numpy as np
from retrieval_kit.benches import Bench
from retrieval_kit.retrieved import Piece

from plimsoll.gateway import Embedder

PEERS = ("llamaindex", "haystack")
_HERE = Path(__file__).parent
_SECONDS = 900
_BATCH = 64


class NotInstalled(Exception):
    """A peer is not there."""


class _Chunk(msgspec.Struct, frozen=True):
    document: str
    text: str
    start: int
    end: int


def version_of(peer: str, *, peers: Path) -> str:
    """Return the peer's version. Raises NotInstalled."""
    try:
        return (peers / peer / "VERSION").read_text().strip()
    except FileNotFoundError:
        raise NotInstalled(f"{peer} is not installed: run benchmarks/prepare_retrieval_peers.sh {peers}") from None


def search_peer(
    peer: str, bench: Bench, folder: Path, *, peers: Path, embedder: Embedder
) -> dict[str, list[list[Piece]]]:
    """Return, for each way in which the peer searches, the pieces of each question, best first."""
    folder.mkdir(parents=True)
    (folder / "documents.jsonl").write_bytes(_lines(bench.documents))
    (folder / "questions.jsonl").write_bytes(_lines(bench.questions))
    _run(peer, "split", folder, peers=peers)
    np.save(folder / "questions.npy", embedder.embed([question.text for question in bench.questions]))
    chunks: dict[str, list[_Chunk]] = {}
    for path in sorted(folder.glob("chunks-*.jsonl")):
        name = path.stem.removeprefix("chunks-")
        chunks[name] = [msgspec.json.decode(line, type=_Chunk) for line in path.read_bytes().splitlines()]
        np.save(folder / f"vectors-{name}.npy", _embed(embedder, [chunk.text for chunk in chunks[name]]))
    _run(peer, "search", folder, peers=peers)
    found = msgspec.json.decode((folder / "found.json").read_bytes(), type=dict[str, list[list[int]]])
    return {
        way: [[_piece(chunks[way.partition("/")[0]][place]) for place in places] for places in ranked]
        for way, ranked in found.items()
    }


def _piece(chunk: _Chunk) -> Piece:
    return Piece(chunk.document, chunk.start, chunk.end)


def _embed(embedder: Embedder, texts: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return the vectors in the texts' order; texts of like length are embedded together."""
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    vectors = np.zeros((len(texts), embedder.dimensions), np.float32)
    for first in range(0, len(order), _BATCH):
        part = order[first : first + _BATCH]
        vectors[part] = embedder.embed([texts[place] for place in part])
    return vectors


def _run(peer: str, step: str, folder: Path, *, peers: Path) -> None:
    python = peers / peer / "venv/bin/python"
    quiet = {"HAYSTACK_TELEMETRY_ENABLED": "False", "TOKENIZERS_PARALLELISM": "false"}
    # Nothing of ours is importable there: the peer's own packages are what is measured.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | quiet
    done = subprocess.run(
        [str(python), str(_HERE / f"peer_{peer}.py"), step, str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NotInstalled(f"{peer} could not {step}: {done.stderr.strip()[-400:]}")


def _lines(records: tuple[msgspec.Struct, ...]) -> bytes:
    encoder = msgspec.json.Encoder(order="sorted")
    return b"\n".join(encoder.encode(record) for record in records) + b"\n"
