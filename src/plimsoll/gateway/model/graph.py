"""Write the ONNX graph of a BERT sentence encoder beside its weights: `python graph.py FOLDER`.

`prepare` runs this file as a program of its own, once for each model, so that the package `onnx` (a third of a second
and 40 MB) is never loaded where texts are embedded. The weights are not copied: the graph points into
`model.safetensors` by offset and length. It imports nothing of Plimsoll and checks no hash.
"""

import json
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import onnx
from onnx import helper

_WEIGHTS = "model.safetensors"
_OPSET = 20
_IR_VERSION = 9
_MASKED = -1e9
_EPSILON = 1e-12


class TensorEntry(TypedDict):
    """One tensor in the header of a safetensors file."""

    dtype: str
    shape: list[int]
    data_offsets: list[int]


class GraphWriter:
    """Collects the nodes and constants of one graph; the name of a node's result is the name of the node."""

    def __init__(self, weights: dict[str, TensorEntry], first_byte: int) -> None:
        self._weights = weights
        self._first_byte = first_byte
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def apply(self, kind: str, inputs: Sequence[str], name: str, **attributes: float | list[int]) -> str:
        """Add a node and return the name of its result."""
        node = helper.make_node(kind, inputs, [name], name=name)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self.nodes.append(node)
        return name

    def weight(self, name: str) -> str:
        """Point at a tensor of the weights file."""
        entry = self._weights[name]
        if entry["dtype"] != "F32":
            raise SystemExit(f"{name} is of type {entry['dtype']}; only F32 weights are supported")
        first, last = entry["data_offsets"]
        tensor = onnx.TensorProto(name=name, data_type=onnx.TensorProto.FLOAT, dims=entry["shape"])
        tensor.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", _WEIGHTS), ("offset", self._first_byte + first), ("length", last - first)):
            tensor.external_data.add(key=key, value=str(value))
        self.constants[name] = tensor
        return name

    def integers(self, name: str, *values: int) -> str:
        """Add a vector of whole numbers."""
        return self._constant(name, np.array(values, np.int64))

    def scalar(self, name: str, value: float) -> str:
        """Add a single number: a whole one as int64, any other as float32."""
        return self._constant(name, np.array(value, np.int64 if isinstance(value, int) else np.float32))

    def _constant(self, name: str, value: np.ndarray) -> str:
        self.constants[name] = onnx.numpy_helper.from_array(value, name)
        return name

    def linear(self, value: str, weights: str, name: str) -> str:
        """Add a dense layer over rows; weights are [out, in], as PyTorch stores them."""
        inputs = [value, self.weight(f"{weights}.weight"), self.weight(f"{weights}.bias")]
        return self.apply("Gemm", inputs, name, transB=1)

    def normalise(self, value: str, weights: str, name: str) -> str:
        """Add a layer normalisation over the last axis."""
        inputs = [value, self.weight(f"{weights}.weight"), self.weight(f"{weights}.bias")]
        return self.apply("LayerNormalization", inputs, name, axis=-1, epsilon=_EPSILON)


def write_embeddings(graph: GraphWriter) -> str:
    """Add words, positions and the one token type; return rows of [batch * sequence, hidden]."""
    graph.scalar("zero", 0)
    graph.scalar("one", 1)
    graph.apply("Shape", ["input_ids"], "shape")
    graph.apply("Gather", ["shape", "one"], "length")
    graph.apply("Range", ["zero", "length", "one"], "positions")
    words = graph.weight("embeddings.word_embeddings.weight")
    places = graph.weight("embeddings.position_embeddings.weight")
    kinds = graph.weight("embeddings.token_type_embeddings.weight")
    graph.apply("Gather", [words, "input_ids"], "word")
    graph.apply("Gather", [places, "positions"], "place")
    graph.apply("Gather", [kinds, "zero"], "kind")
    graph.apply("Add", ["word", "place"], "placed")
    graph.apply("Add", ["placed", "kind"], "typed")
    graph.normalise("typed", "embeddings.LayerNorm", "embedded")
    return graph.apply("Reshape", ["embedded", "as_rows"], "rows")


def write_mask(graph: GraphWriter) -> None:
    """Add the bias that keeps attention off the padding: 0 for tokens, a large negative number for padding."""
    graph.scalar("one_float", 1.0)
    graph.scalar("masked", _MASKED)
    graph.integers("axes_of_heads", 1, 2)
    graph.apply("Cast", ["attention_mask"], "mask", to=onnx.TensorProto.FLOAT)
    graph.apply("Sub", ["one_float", "mask"], "padding")
    graph.apply("Mul", ["padding", "masked"], "padding_bias")
    graph.apply("Unsqueeze", ["padding_bias", "axes_of_heads"], "attention_bias")


def write_attention(graph: GraphWriter, rows: str, layer: str) -> str:
    """Add multi-head self-attention (Vaswani et al. 2017, section 3.2) with its residual and normalisation."""
    turned = {"query": [0, 2, 1, 3], "key": [0, 2, 3, 1], "value": [0, 2, 1, 3]}
    for part, axes in turned.items():
        dense = graph.linear(rows, f"{layer}.attention.self.{part}", f"{layer}/{part}")
        split = graph.apply("Reshape", [dense, "as_heads"], f"{layer}/{part}/split")
        graph.apply("Transpose", [split], f"{layer}/{part}/turned", perm=axes)
    graph.apply("Mul", [f"{layer}/query/turned", "scale"], f"{layer}/scaled")
    graph.apply("MatMul", [f"{layer}/scaled", f"{layer}/key/turned"], f"{layer}/scores")
    graph.apply("Add", [f"{layer}/scores", "attention_bias"], f"{layer}/biased")
    graph.apply("Softmax", [f"{layer}/biased"], f"{layer}/shares", axis=-1)
    graph.apply("MatMul", [f"{layer}/shares", f"{layer}/value/turned"], f"{layer}/context")
    graph.apply("Transpose", [f"{layer}/context"], f"{layer}/joined", perm=[0, 2, 1, 3])
    graph.apply("Reshape", [f"{layer}/joined", "as_rows"], f"{layer}/context/rows")
    graph.linear(f"{layer}/context/rows", f"{layer}.attention.output.dense", f"{layer}/attended")
    graph.apply("Add", [f"{layer}/attended", rows], f"{layer}/attended/sum")
    return graph.normalise(f"{layer}/attended/sum", f"{layer}.attention.output.LayerNorm", f"{layer}/attended/normal")


def write_layer(graph: GraphWriter, rows: str, layer: str) -> str:
    """Add one encoder layer: attention, then a dense layer, GELU (exact, with erf) and a dense layer."""
    attended = write_attention(graph, rows, layer)
    wide = graph.linear(attended, f"{layer}.intermediate.dense", f"{layer}/wide")
    active = graph.apply("Gelu", [wide], f"{layer}/active")
    narrow = graph.linear(active, f"{layer}.output.dense", f"{layer}/narrow")
    total = graph.apply("Add", [narrow, attended], f"{layer}/sum")
    return graph.normalise(total, f"{layer}.output.LayerNorm", f"{layer}/normal")


def write_pooling(graph: GraphWriter, rows: str) -> None:
    """Add the two results: the last hidden states, and their mean over the tokens at length one."""
    graph.integers("last_axis", -1)
    graph.integers("token_axis", 1)
    graph.apply("Concat", ["shape", "hidden"], "shape_of_tokens", axis=0)
    graph.apply("Reshape", [rows, "shape_of_tokens"], "token_embeddings")
    graph.apply("Unsqueeze", ["mask", "last_axis"], "mask_of_tokens")
    graph.apply("Mul", ["token_embeddings", "mask_of_tokens"], "tokens_kept")
    graph.apply("ReduceSum", ["tokens_kept", "token_axis"], "token_sum", keepdims=0)
    graph.apply("ReduceSum", ["mask", "token_axis"], "token_count", keepdims=1)
    graph.apply("Div", ["token_sum", "token_count"], "mean")
    graph.apply("LpNormalization", ["mean"], "sentence_embedding", axis=-1, p=2)


def write_graph(weights: dict[str, TensorEntry], *, first_byte: int, heads: int) -> onnx.ModelProto:
    """Return the whole graph: token ids and mask in, sentence and token embeddings out."""
    hidden = weights["embeddings.word_embeddings.weight"]["shape"][1]
    layers = {name.split(".")[2] for name in weights if name.startswith("encoder.layer.")}
    graph = GraphWriter(weights, first_byte)
    graph.integers("as_rows", -1, hidden)
    graph.integers("hidden", hidden)
    graph.integers("heads", heads, hidden // heads)
    graph.scalar("scale", (hidden // heads) ** -0.5)
    rows = write_embeddings(graph)
    graph.apply("Concat", ["shape", "heads"], "as_heads", axis=0)
    write_mask(graph)
    for number in range(len(layers)):
        rows = write_layer(graph, rows, f"encoder.layer.{number}")
    write_pooling(graph, rows)
    return close_graph(graph, hidden)


def close_graph(graph: GraphWriter, hidden: int) -> onnx.ModelProto:
    """Declare inputs and outputs and return the finished model."""
    tokens: list[int | str | None] = ["batch", "sequence"]
    integer, real = onnx.TensorProto.INT64, onnx.TensorProto.FLOAT
    inputs = [helper.make_tensor_value_info(name, integer, tokens) for name in ("input_ids", "attention_mask")]
    outputs = [
        helper.make_tensor_value_info("sentence_embedding", real, ["batch", hidden]),
        helper.make_tensor_value_info("token_embeddings", real, [*tokens, hidden]),
    ]
    body = helper.make_graph(graph.nodes, "sentence_encoder", inputs, outputs, list(graph.constants.values()))
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)


def write_model(folder: Path) -> None:
    """Write `graph.onnx` into a folder that holds `model.safetensors` and `config.json`."""
    with (folder / _WEIGHTS).open("rb") as file:
        (header_bytes,) = struct.unpack("<Q", file.read(8))
        header = cast("dict[str, TensorEntry]", json.loads(file.read(header_bytes)))
    header.pop("__metadata__", None)
    config = cast("dict[str, int]", json.loads((folder / "config.json").read_text(encoding="utf-8")))
    model = write_graph(header, first_byte=8 + header_bytes, heads=config["num_attention_heads"])
    (folder / "graph.onnx").write_bytes(model.SerializeToString())


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))
