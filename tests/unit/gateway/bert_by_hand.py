"""A second implementation of the sentence encoder, in plain numpy, and a tiny random model to try both on.

The tests of the built graph use it. It shares no code with the product: it reads the weights by their names.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file  # pyright: ignore[reportUnknownVariableType]
from scipy.special import erf
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

Array = NDArray[np.float32]

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "ship", "sails", "below", "line", "at", "sea", "##s", ".", "a"]

PADDING = {
    "strategy": {"Fixed": 8},
    "direction": "Right",
    "pad_to_multiple_of": None,
    "pad_id": 0,
    "pad_type_id": 0,
    "pad_token": "[PAD]",
}


def write_tiny_model(folder: Path, *, seed: int = 7, hidden: int = 24, layers: int = 2, heads: int = 4) -> Path:
    """Write weights, tokenizer and configuration of a small random encoder."""
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return rng.normal(0.0, 0.3, shape).astype(np.float32)

    tensors: dict[str, Array] = {
        "embeddings.word_embeddings.weight": draw(len(WORDS), hidden),
        "embeddings.position_embeddings.weight": draw(300, hidden),
        "embeddings.token_type_embeddings.weight": draw(2, hidden),
    }
    sizes = {
        "attention.self.query": (hidden, hidden),
        "attention.self.key": (hidden, hidden),
        "attention.self.value": (hidden, hidden),
        "attention.output.dense": (hidden, hidden),
        "intermediate.dense": (4 * hidden, hidden),
        "output.dense": (hidden, 4 * hidden),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in (f"encoder.layer.{number}" for number in range(layers)):
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        for name, shape in sizes.items():
            tensors[f"{layer}.{name}.weight"], tensors[f"{layer}.{name}.bias"] = draw(*shape), draw(shape[0])
    for name in norms:
        tensors[f"{name}.weight"], tensors[f"{name}.bias"] = 1 + draw(hidden), draw(hidden)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"num_attention_heads": heads}))
    write_tiny_tokenizer(folder / "tokenizer.json")
    return folder


def write_tiny_tokenizer(path: Path) -> None:
    """Write a word-piece tokenizer that cuts and pads to 8 tokens, as the shipped one does to 128."""
    tokenizer = Tokenizer(WordPiece({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=True)  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = BertPreTokenizer()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.post_processor = TemplateProcessing(  # pyright: ignore[reportAttributeAccessIssue]
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    written = json.loads(tokenizer.to_str())
    written["truncation"] = {"direction": "Right", "max_length": 8, "strategy": "LongestFirst", "stride": 0}
    written["padding"] = PADDING
    path.write_text(json.dumps(written))


class EncoderByHand:
    """The encoder of a folder, one text at a time, without padding."""

    def __init__(self, folder: Path) -> None:
        self.weights: dict[str, Array] = load_file(folder / "model.safetensors")
        self.heads = int(json.loads((folder / "config.json").read_text())["num_attention_heads"])
        self.layers = len({name.split(".")[2] for name in self.weights if name.startswith("encoder.")})

    def linear(self, rows: Array, name: str) -> Array:
        return rows @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def normal(self, rows: Array, name: str) -> Array:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]

    def attend(self, rows: Array, layer: str) -> Array:
        query, key, value = (
            np.stack(np.split(self.linear(rows, f"{layer}.attention.self.{part}"), self.heads, axis=1))
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        context = np.concatenate(list(shares @ value), axis=1)
        return self.linear(context, f"{layer}.attention.output.dense")

    def hidden_states(self, ids: list[int]) -> Array:
        """Return the last hidden state of each token, [tokens, hidden]."""
        rows = self.weights["embeddings.word_embeddings.weight"][ids]
        rows = rows + self.weights["embeddings.position_embeddings.weight"][: len(ids)]
        rows = rows + self.weights["embeddings.token_type_embeddings.weight"][0]
        rows = self.normal(rows, "embeddings.LayerNorm")
        for layer in (f"encoder.layer.{number}" for number in range(self.layers)):
            rows = self.normal(rows + self.attend(rows, layer), f"{layer}.attention.output.LayerNorm")
            wide = self.linear(rows, f"{layer}.intermediate.dense")
            active = (wide * 0.5 * (1 + erf(wide / np.sqrt(2)))).astype(np.float32)
            rows = self.normal(rows + self.linear(active, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return rows

    def embed(self, ids: list[int]) -> Array:
        """Return the sentence vector at length one."""
        mean = self.hidden_states(ids).mean(axis=0)
        return mean / np.linalg.norm(mean)
