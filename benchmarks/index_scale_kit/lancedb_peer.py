"""Measures LanceDB over the same corpus; run by a Python that has it: lancedb_peer.py CORPUS FOLDER ROUNDS.

A table with a scalar index on the group, full text, and IVF_PQ with refining from 200,000 rows on; hybrid search,
filtered before ranking. No rounds: builds. Prints one JSON object.
"""
# pyright: basic, reportMissingImports=false

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import pyarrow as pa

CLUSTER_FROM = 200_000
AT_ONCE = 20_000
TOP = 10


class Peer:
    """A table of LanceDB and the questions put to it."""

    def __init__(self, corpus: Path, folder: Path) -> None:
        self.corpus = corpus
        self.table: Any = lancedb.connect(str(folder)).open_table("chunks")
        self.is_clustered = self.table.count_rows() >= CLUSTER_FROM
        asked = json.loads((corpus / "questions.json").read_text(encoding="utf-8"))
        self.questions = [(one["text"], np.array(one["vector"], np.float32)) for one in asked]

    def hybrid(self, question: tuple[str, Any], groups: int) -> None:
        """Ask by words and vector."""
        text, vector = question
        query = self.table.search(query_type="hybrid", vector_column_name="vector", fts_columns="text")
        self._narrow(query.vector(vector).text(text), groups).to_arrow()

    def nearest(self, vector: Any, groups: int) -> list[int]:
        """Return the rows nearest by vector."""
        query = self.table.search(vector, vector_column_name="vector")
        return self._narrow(query, groups).to_arrow()["row"].to_pylist()

    def times(self, groups: int, rounds: int) -> list[float]:
        """Return the best time of each question in milliseconds."""
        for question in self.questions[:5]:
            self.hybrid(question, groups)
        times = np.empty((rounds, len(self.questions)))
        for turn in range(rounds):
            for place, question in enumerate(self.questions):
                began = time.perf_counter()
                self.hybrid(question, groups)
                times[turn, place] = (time.perf_counter() - began) * 1_000
        return times.min(axis=0).tolist()

    def recall(self, groups: int) -> float:
        """Return the mean share of the ten nearest visible vectors that were found."""
        vectors = np.load(self.corpus / "vectors.npy", mmap_mode="r")
        mine = np.flatnonzero(np.load(self.corpus / "groups.npy") < groups)
        asked = np.array([vector for _, vector in self.questions])
        parts = np.array_split(mine, len(mine) // 10_000 + 1)
        cosines = np.concatenate([vectors[part] @ asked.T for part in parts])
        best = mine[np.argpartition(-cosines, TOP - 1, axis=0)[:TOP].T]
        found = [self.nearest(vector, groups) for vector in asked]
        return float(np.mean([len(set(f) & set(b.tolist())) / TOP for f, b in zip(found, best, strict=True)]))

    def _narrow(self, query: Any, groups: int) -> Any:
        query = query.distance_type("dot").where(f"grp < {groups}", prefilter=True).limit(TOP).select(["row"])
        return query.nprobes(40).refine_factor(20) if self.is_clustered else query


def build(corpus: Path, folder: Path) -> None:
    """Write the table and its indexes."""
    dimensions = np.load(corpus / "vectors.npy", mmap_mode="r").shape[1]
    names = [("row", pa.int32()), ("grp", pa.int32()), ("text", pa.string())]
    schema = pa.schema([*names, ("vector", pa.list_(pa.float32(), dimensions))])
    table = lancedb.connect(str(folder)).create_table("chunks", _batches(corpus, schema), schema=schema)
    table.create_scalar_index("grp")
    table.create_fts_index("text", with_position=False)
    rows = table.count_rows()
    if rows >= CLUSTER_FROM:
        table.create_index(metric="dot", vector_column_name="vector", num_partitions=int(rows**0.5), num_sub_vectors=48)


def main() -> None:
    """Build, or measure."""
    corpus, folder, rounds = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    if rounds == 0:
        began = time.perf_counter()
        build(corpus, folder)
        sys.stdout.write(json.dumps({"build_seconds": time.perf_counter() - began}))
        return
    base = _resident_mb()
    peer = Peer(corpus, folder)
    timed = {groups: peer.times(groups, rounds) for groups in (1, 10, 100)}
    resident = _resident_mb()
    figures = [
        {
            "system": "lancedb",
            "visible": groups / 100,
            "p50_ms": float(np.median(times)),
            "p95_ms": float(np.quantile(times, 0.95)),
            "recall": peer.recall(groups),
        }
        for groups, times in timed.items()
    ]
    sys.stdout.write(json.dumps({"figures": figures, "resident_mb": resident, "base_mb": base}))


def _batches(corpus: Path, schema: Any) -> Iterator[Any]:
    vectors = np.load(corpus / "vectors.npy", mmap_mode="r")
    groups = np.load(corpus / "groups.npy")
    with (corpus / "texts.jsonl").open(encoding="utf-8") as file:
        for first in range(0, len(groups), AT_ONCE):
            part = np.ascontiguousarray(vectors[first : first + AT_ONCE])
            columns = [
                pa.array(np.arange(first, first + len(part)), pa.int32()),
                pa.array(groups[first : first + len(part)], pa.int32()),
                pa.array([json.loads(next(file)) for _ in range(len(part))]),
                pa.FixedSizeListArray.from_arrays(pa.array(part.reshape(-1), pa.float32()), part.shape[1]),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _resident_mb() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1_000
    return float("nan")


main()
