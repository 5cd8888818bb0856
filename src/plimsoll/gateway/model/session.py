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


class _Options(Protocol):
    intra_op_num_threads: int
    inter_op_num_threads: int
    log_severity_level: int

    def add_session_config_entry(self, key: str, value: str, /) -> None: ...


class _RunOptions(Protocol):
    def add_run_config_entry(self, key: str, value: str, /) -> None: ...


class _Output(Protocol):
    shape: list[int | str]


class _Session(Protocol):
    def run(self, outputs: list[str], inputs: dict[str, TokenIds], options: _RunOptions, /) -> list[Vectors]: ...

    def get_outputs(self) -> list[_Output]: ...


class _Runtime(Protocol):
    """The part of the untyped library that is used here."""

    def SessionOptions(self) -> _Options: ...  # noqa: N802  the library's name

    def RunOptions(self) -> _RunOptions: ...  # noqa: N802  the library's name

    def InferenceSession(self, path: str, options: _Options, *, providers: list[str]) -> _Session: ...  # noqa: N802


_RUNTIME = cast("_Runtime", cast("object", onnxruntime))


class EncoderSession:
    """A loaded sentence encoder; safe to call from several threads."""

    def __init__(self, graph: Path, *, threads: int) -> None:
        options = _RUNTIME.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        # Threads that spin while they wait burn the cores that the request's other steps need.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = _RUNTIME.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
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
