"""Tokens to vectors: the typed adapter of ONNX Runtime. `Embedder` calls it; nothing else sees that library."""

from pathlib import Path
from typing import Protocol, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of float32."""
TokenIds = NDArray[np.int64]
"""Rows of token ids, or of a mask over them."""

_SENTENCE = "sentence_embedding"
_TOKENS = "token_embeddings"
_SHRINK_ABOVE_TOKENS = 512
_TWO_CLASSES = 2


class _Options(Protocol):
    intra_op_num_threads: int
    inter_op_num_threads: int
    log_severity_level: int

    def add_session_config_entry(self, key: str, value: str, /) -> None: ...


class _RunOptions(Protocol):
    def add_run_config_entry(self, key: str, value: str, /) -> None: ...


class _Output(Protocol):
    name: str
    shape: list[int | str]


class _Input(Protocol):
    name: str


class _Session(Protocol):
    def run(self, outputs: list[str], inputs: dict[str, TokenIds], options: _RunOptions, /) -> list[Vectors]: ...

    def get_outputs(self) -> list[_Output]: ...

    def get_inputs(self) -> list[_Input]: ...


class _Runtime(Protocol):
    """The part of the untyped library that is used here."""

    def SessionOptions(self) -> _Options: ...  # noqa: N802  the library's name

    def RunOptions(self) -> _RunOptions: ...  # noqa: N802  the library's name

    def InferenceSession(self, path: str, options: _Options, *, providers: list[str]) -> _Session: ...  # noqa: N802


_RUNTIME = cast("_Runtime", cast("object", onnxruntime))


def _open(graph: Path, *, threads: int) -> _Session:
    options = _RUNTIME.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait burn the cores that the request's other steps need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return _RUNTIME.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


class EncoderSession:
    """A loaded sentence encoder; safe to call from several threads."""

    def __init__(self, graph: Path, *, threads: int) -> None:
        self._session = _open(graph, threads=threads)
        self._plain = _RUNTIME.RunOptions()
        # After a large batch its working memory goes back to the system.
        self._shrinking = _RUNTIME.RunOptions()
        self._shrinking.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return int(self._session.get_outputs()[0].shape[1])

    def embed_sentences(self, ids: TokenIds, mask: TokenIds) -> Vectors:
        """Return one vector of length one a row; `ids` and `mask` are [n, tokens], the mask 1 for tokens."""
        return self._run([_SENTENCE], ids, mask)[0]

    def embed_tokens(self, ids: TokenIds, mask: TokenIds) -> tuple[Vectors, Vectors]:
        """Return sentence vectors [n, d] and the last hidden states [n, tokens, d]."""
        sentences, tokens = self._run([_SENTENCE, _TOKENS], ids, mask)
        return sentences, tokens

    def _run(self, outputs: list[str], ids: TokenIds, mask: TokenIds) -> list[Vectors]:
        options = self._shrinking if ids.size > _SHRINK_ABOVE_TOKENS else self._plain
        return self._session.run(outputs, {"input_ids": ids, "attention_mask": mask}, options)


class PairSession:
    """A loaded cross-encoder: pairs of texts in, one number a pair out; safe to call from several threads."""

    def __init__(self, graph: Path, *, threads: int) -> None:
        self._session = _open(graph, threads=threads)
        self._inputs = frozenset(one.name for one in self._session.get_inputs())
        self._output = self._session.get_outputs()[0].name
        self._options = _RUNTIME.RunOptions()

    def score(self, ids: TokenIds, mask: TokenIds, kinds: TokenIds) -> Vectors:
        """Return the score of each pair, shape (pairs,); of a model with two classes, the second less the first.

        All three are [pairs, tokens]; a model without token types does not get them.
        """
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}
        fed = {name: rows for name, rows in given.items() if name in self._inputs}
        logits = self._session.run([self._output], fed, self._options)[0].reshape(len(ids), -1)
        return logits[:, 1] - logits[:, 0] if logits.shape[1] == _TWO_CLASSES else logits[:, 0]
