# pyright: basic, reportMissingImports=false
"""LlamaIndex, run in an environment of its own: splits documents, then searches them with vectors that it is given.

`peer_llamaindex.py split|search FOLDER`. Its default splitter, its default vector index, its BM25 retriever with the
stemmer and stop words that it defaults to, and its fusion retriever in each of its modes.
"""

import json
import sys
from pathlib import Path

import numpy as np
from llama_index.core import MockEmbedding, Settings, VectorStoreIndex
from llama_index.core.llms import MockLLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import Document, MetadataMode
from llama_index.retrievers.bm25 import BM25Retriever

DEPTH = 30
SIZES = {"default": None, "256": 256}
"""Tokens a chunk: what the library defaults to (1,024), and what the embedding model can read."""
MODES = ("reciprocal_rerank", "relative_score", "dist_based_score")


class GivenVectors(MockEmbedding):
    """The vectors of texts, looked up."""

    known: dict[str, list[float]] = {}  # noqa: RUF012 - a field of a pydantic model

    def _get_vector(self) -> list[float]:
        raise KeyError("A text was asked for that was not embedded.")

    def _get_text_embedding(self, text: str) -> list[float]:
        return self.known[text]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self.known[query]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self.known[query]


def read_lines(path: Path) -> list[dict]:
    """Return a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def split(folder: Path, size: int | None) -> list:
    """Return the nodes of all documents, in their order."""
    splitter = SentenceSplitter() if size is None else SentenceSplitter(chunk_size=size, chunk_overlap=20)
    documents = [
        Document(text=one["text"], metadata={"title": one["title"]} if one["title"] else {}, id_=one["id"])
        for one in read_lines(folder / "documents.jsonl")
    ]
    return splitter.get_nodes_from_documents(documents)


def write_chunks(folder: Path, name: str, nodes: list) -> None:
    """Write what the vectors are wanted of, and where each chunk stands."""
    with (folder / f"chunks-{name}.jsonl").open("w", encoding="utf-8") as file:
        for node in nodes:
            start = node.start_char_idx or 0
            line = {
                "document": node.ref_doc_id,
                "text": node.get_content(metadata_mode=MetadataMode.EMBED),
                "start": start,
                "end": node.end_char_idx or start + len(node.text),
            }
            file.write(json.dumps(line) + "\n")


def search(folder: Path, name: str, nodes: list) -> dict[str, list[list[int]]]:
    """Return, for each way of searching, the chunks of each question by their numbers, best first."""
    questions = [one["text"] for one in read_lines(folder / "questions.jsonl")]
    texts = [node.get_content(metadata_mode=MetadataMode.EMBED) for node in nodes]
    vectors = np.load(folder / f"vectors-{name}.npy").tolist()
    asked = np.load(folder / "questions.npy").tolist()
    known = dict(zip([*texts, *questions], [*vectors, *asked], strict=True))
    embedding = GivenVectors(embed_dim=len(asked[0]), known=known)
    index = VectorStoreIndex(nodes, embed_model=embedding)
    dense = index.as_retriever(similarity_top_k=min(DEPTH, len(nodes)))
    lexical = BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=min(DEPTH, len(nodes)))
    ways = {"vector": dense} | {
        mode: QueryFusionRetriever(
            [dense, lexical], llm=MockLLM(), mode=mode, similarity_top_k=DEPTH, num_queries=1, use_async=False
        )
        for mode in MODES
    }
    places = {node.node_id: place for place, node in enumerate(nodes)}
    return {
        f"{name}/{way}": [[places[hit.node.node_id] for hit in retriever.retrieve(one)] for one in questions]
        for way, retriever in ways.items()
    }


def main() -> None:
    """Do one of the two steps."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    Settings.llm = MockLLM()
    found: dict[str, list[list[int]]] = {}
    for name, size in SIZES.items():
        nodes = split(folder, size)
        if step == "split":
            write_chunks(folder, name, nodes)
        else:
            found |= search(folder, name, nodes)
    if step == "search":
        (folder / "found.json").write_text(json.dumps(found), encoding="utf-8")


main()
