"""A cross-encoder small enough to reckon by hand: a text's score is how many of its tokens the question has too."""

import json
from collections.abc import Sequence
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
PAIR = "[CLS] $A [SEP] $B:1 [SEP]:1"


def write_cross_encoder(folder: Path, *, known: Sequence[str], classes: int = 1) -> Path:
    """Write `model.onnx` and `tokenizer.json`; two classes stand for a model that says `no` and `yes`."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_tokenizer(folder / "tokenizer.json", known)
    (folder / "model.onnx").write_bytes(_shared_tokens(classes).SerializeToString())
    return folder


def write_broken_cross_encoder(folder: Path, *, known: Sequence[str]) -> Path:
    """Write one whose every score is no number: 0 divided by 0."""
    write_cross_encoder(folder, known=known)
    nodes = [
        helper.make_node("ReduceSum", ["mask", "last"], ["length"], keepdims=1),
        helper.make_node("Sub", ["length", "length"], ["zero"]),
        helper.make_node("Div", ["zero", "zero"], ["score"]),
    ]
    floats = [_cast("attention_mask", "mask"), *nodes]
    model = _model(floats, inputs=("input_ids", "attention_mask"), classes=1)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    return folder


def _write_tokenizer(path: Path, known: Sequence[str]) -> None:
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *known))}
    tokenizer = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = Lowercase()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.pre_tokenizer = Whitespace()  # pyright: ignore[reportAttributeAccessIssue]
    tokenizer.post_processor = TemplateProcessing(  # pyright: ignore[reportAttributeAccessIssue]
        single="[CLS] $A [SEP]", pair=PAIR, special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    path.write_text(json.dumps(json.loads(tokenizer.to_str())))


def _shared_tokens(classes: int) -> onnx.ModelProto:
    """Compare every token of the text with every token of the question, special and unknown ones aside."""
    nodes = [
        _cast("token_type_ids", "kinds"),
        _cast("input_ids", "ids"),
        helper.make_node("Greater", ["ids", "last_special"], ["is_word"]),
        helper.make_node("Cast", ["is_word"], ["word"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["word", "kinds"], ["of_text"]),
        helper.make_node("Sub", ["word", "of_text"], ["of_question"]),
        helper.make_node("Unsqueeze", ["input_ids", "last"], ["down"]),
        helper.make_node("Unsqueeze", ["input_ids", "first"], ["across"]),
        helper.make_node("Equal", ["down", "across"], ["is_same"]),
        helper.make_node("Cast", ["is_same"], ["same"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["of_text", "last"], ["text_down"]),
        helper.make_node("Unsqueeze", ["of_question", "first"], ["question_across"]),
        helper.make_node("Mul", ["text_down", "question_across"], ["pairs"]),
        helper.make_node("Mul", ["pairs", "same"], ["shared"]),
        helper.make_node("ReduceSum", ["shared", "both"], ["count"], keepdims=0),
        helper.make_node("Unsqueeze", ["count", "last"], ["yes"]),
        helper.make_node("Neg", ["yes"], ["no"]),
        helper.make_node("Concat", ["no", "yes"] if classes > 1 else ["yes"], ["score"], axis=1),
    ]
    return _model(nodes, inputs=("input_ids", "attention_mask", "token_type_ids"), classes=classes)


def _cast(name: str, to: str) -> onnx.NodeProto:
    return helper.make_node("Cast", [name], [to], to=TensorProto.FLOAT)


def _model(nodes: Sequence[onnx.NodeProto], *, inputs: Sequence[str], classes: int) -> onnx.ModelProto:
    constants = [
        helper.make_tensor("last_special", TensorProto.FLOAT, [], [len(SPECIAL) - 1.0]),
        helper.make_tensor("first", TensorProto.INT64, [1], [1]),
        helper.make_tensor("last", TensorProto.INT64, [1], [-1]),
        helper.make_tensor("both", TensorProto.INT64, [2], [1, 2]),
    ]
    graph = helper.make_graph(
        list(nodes),
        "pairs",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["pairs", "tokens"]) for name in inputs],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["pairs", classes])],
        initializer=constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)])
    model.ir_version = 9
    return model
