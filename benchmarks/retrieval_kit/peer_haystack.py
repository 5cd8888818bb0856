# pyright: basic, reportMissingImports=false
"""Haystack, run in an environment of its own: splits documents, then searches them with vectors that it is given.

`peer_haystack.py split|search FOLDER`. Its default splitter (200 words), its in-memory store with its default BM25 and
with cosines, joined in each of the modes that its joiner knows.
"""

import json
import sys
from pathlib import Path

import numpy as np
from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

DEPTH = 30
NAME = "default"
MODES = ("concatenate", "merge", "reciprocal_rank_fusion", "distribution_based_rank_fusion")


def read_lines(path: Path) -> list[dict]:
    """Return a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def split(folder: Path) -> list[Document]:
    """Return the chunks of all documents, in their order."""
    documents = [
        Document(id=one["id"], content=one["text"], meta={"title": one["title"]})
        for one in read_lines(folder / "documents.jsonl")
    ]
    splitter = DocumentSplitter()
    if hasattr(splitter, "warm_up"):
        splitter.warm_up()
    return splitter.run(documents=documents)["documents"]


def embedded_text(chunk: Document) -> str:
    """Return what its embedders embed where the title is named as a field to embed."""
    return f"{chunk.meta['title']}\n{chunk.content}" if chunk.meta["title"] else chunk.content or ""


def write_chunks(folder: Path, chunks: list[Document]) -> None:
    """Write what the vectors are wanted of, and where each chunk stands."""
    with (folder / f"chunks-{NAME}.jsonl").open("w", encoding="utf-8") as file:
        for chunk in chunks:
            start = chunk.meta["split_idx_start"]
            line = {
                "document": chunk.meta["source_id"],
                "text": embedded_text(chunk),
                "start": start,
                "end": start + len(chunk.content or ""),
            }
            file.write(json.dumps(line) + "\n")


def search(folder: Path, chunks: list[Document]) -> dict[str, list[list[int]]]:
    """Return, for each way of searching, the chunks of each question by their numbers, best first."""
    questions = [one["text"] for one in read_lines(folder / "questions.jsonl")]
    vectors, asked = np.load(folder / f"vectors-{NAME}.npy"), np.load(folder / "questions.npy")
    kept: list[Document] = []
    for place, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True)):
        kept.append(Document(id=str(place), content=chunk.content, meta=chunk.meta, embedding=vector.tolist()))
    store = InMemoryDocumentStore(embedding_similarity_function="cosine")
    store.write_documents(kept)
    lexical = InMemoryBM25Retriever(store, top_k=DEPTH)
    dense = InMemoryEmbeddingRetriever(store, top_k=DEPTH)
    joiners = {mode: DocumentJoiner(join_mode=mode, top_k=DEPTH) for mode in MODES}
    found: dict[str, list[list[int]]] = {f"{NAME}/{mode}": [] for mode in MODES}
    for question, vector in zip(questions, asked.tolist(), strict=True):
        legs = [lexical.run(query=question)["documents"], dense.run(query_embedding=vector)["documents"]]
        for mode, joiner in joiners.items():
            joined = joiner.run(documents=legs)["documents"]
            found[f"{NAME}/{mode}"].append([int(one.id) for one in joined])
    return found


def main() -> None:
    """Do one of the two steps."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    chunks = split(folder)
    if step == "split":
        write_chunks(folder, chunks)
    else:
        (folder / "found.json").write_text(json.dumps(search(folder, chunks)), encoding="utf-8")


main()
