# pyright: basic, reportMissingImports=false
"""Cuts texts with the splitters of LlamaIndex and Haystack; runs in their own environment, without Plimsoll.

Called as `python peer_spans.py TOKENIZER FILE…`; prints JSON: for each splitter and file, the first character and one
past the last of each chunk. A chunk's place is looked up in the text where the splitter does not say it.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from haystack import Document as HaystackDocument
from haystack.components.preprocessors import DocumentSplitter, RecursiveDocumentSplitter
from llama_index.core import Document as LlamaDocument
from llama_index.core.node_parser import SentenceSplitter
from tokenizers import Tokenizer

Cut = Callable[[str], list[str]]


def main() -> None:
    """Print the spans of every splitter and file."""
    tokenizer = Tokenizer.from_file(sys.argv[1])
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts = {Path(name).stem: Path(name).read_bytes().decode("utf-8") for name in sys.argv[2:]}
    cuts = dict(splitters(lambda text: tokenizer.encode(text, add_special_tokens=False).ids))
    found = {name: {stem: list(places(text, cut(text))) for stem, text in texts.items()} for name, cut in cuts.items()}
    json.dump(found, sys.stdout)


def splitters(count: Callable[[str], list[int]]) -> Iterator[tuple[str, Cut]]:
    """Yield the splitters by name. LlamaIndex counts tokens as the embedding model does; Haystack counts words."""
    for size, overlap in ((200, 0), (200, 40)):
        llama = SentenceSplitter(chunk_size=size, chunk_overlap=overlap, tokenizer=count)
        yield (
            f"LlamaIndex SentenceSplitter {size} tokens, overlap {overlap}",
            lambda text, llama=llama: [
                node.text for node in llama.get_nodes_from_documents([LlamaDocument(text=text)])
            ],
        )
    words = DocumentSplitter(split_by="word", split_length=150, split_overlap=0)
    # Its own default separators need a model for sentences that is downloaded when it starts.
    recursive = RecursiveDocumentSplitter(
        split_length=150, split_overlap=0, split_unit="word", separators=["\n\n", "\n", ". ", " "]
    )
    recursive.warm_up()
    for name, splitter in (("DocumentSplitter", words), ("RecursiveDocumentSplitter", recursive)):
        yield (
            f"Haystack {name} 150 words",
            lambda text, splitter=splitter: [
                part.content for part in splitter.run(documents=[HaystackDocument(content=text)])["documents"]
            ],
        )


def places(text: str, chunks: list[str]) -> Iterator[tuple[int, int]]:
    """Yield where the chunks stand, in order; one that was altered beyond white space at its ends is an error."""
    after = 0
    for chunk in (chunk.strip() for chunk in chunks):
        if not chunk:
            continue
        start = text.find(chunk, after)
        if start < 0:
            raise LookupError(f"a chunk does not stand in its text: {chunk[:80]!r}")
        yield start, start + len(chunk)
        after = start + 1


if __name__ == "__main__":
    main()
