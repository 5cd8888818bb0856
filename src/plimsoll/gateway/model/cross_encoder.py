"""A cross-encoder on this machine: reads question and text together and scores how well the text answers.

`knowledge` reranks with it. No model is shipped: a folder with `model.onnx` and `tokenizer.json` is named by its path.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from plimsoll.errors import ModelMissing
from plimsoll.gateway.model.location import TOKENIZER_FILE
from plimsoll.gateway.model.session import PairSession, TokenIds
from plimsoll.gateway.model.tokens import TextTokenizer, TokenizedPair

_MODEL_FILE = "model.onnx"
_MOST_TOKENS = 512
_PAIRS_AT_ONCE = 16


class CrossEncoder:
    """A loaded cross-encoder; safe to call from several threads. Build it with `load_cross_encoder`."""

    def __init__(self, session: PairSession, tokenizer: TextTokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    def score(self, question: str, texts: Sequence[str]) -> tuple[float, ...]:
        """Return a score for each text, higher is nearer; a pair is cut to 512 tokens, at the text's end."""
        pairs = self._tokenizer.tokenize_pairs(question, texts, most=_MOST_TOKENS)
        scores: list[float] = []
        for first in range(0, len(pairs), _PAIRS_AT_ONCE):
            scores += self._session.score(*_pad(pairs[first : first + _PAIRS_AT_ONCE])).tolist()
        return tuple(scores)


def load_cross_encoder(folder: Path, *, threads: int = 1) -> CrossEncoder:
    """Load the cross-encoder of a folder. Raises ModelMissing for a file that is not there or cannot be loaded."""
    for name in (_MODEL_FILE, TOKENIZER_FILE):
        if not (folder / name).is_file():
            raise ModelMissing(
                f"The reranking model under {str(folder)!r} has no {name!r}.",
                next_step=f"Put an ONNX cross-encoder there: {_MODEL_FILE} and {TOKENIZER_FILE}.",
            )
    try:
        return CrossEncoder(PairSession(folder / _MODEL_FILE, threads=threads), TextTokenizer(folder / TOKENIZER_FILE))
    except Exception as error:  # ONNX Runtime and tokenizers derive their errors from Exception itself
        reason = str(error).splitlines()[0].rstrip(".")
        raise ModelMissing(
            f"The reranking model under {str(folder)!r} cannot be loaded: {reason}.",
            next_step="Export it again as ONNX, with the inputs `input_ids` and `attention_mask` and one output.",
        ) from error


def _pad(pairs: Sequence[TokenizedPair]) -> tuple[TokenIds, TokenIds, TokenIds]:
    shape = (len(pairs), max(len(pair.ids) for pair in pairs))
    ids, mask, kinds = (np.zeros(shape, np.int64) for _ in range(3))
    for row, pair in enumerate(pairs):
        ids[row, : len(pair.ids)] = pair.ids
        kinds[row, : len(pair.ids)] = pair.kinds
        mask[row, : len(pair.ids)] = 1
    return ids, mask, kinds
