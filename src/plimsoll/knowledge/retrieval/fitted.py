"""The constants of retrieval that were fitted for one corpus, and whether they may be used. Pure; `search` asks it."""

import msgspec

from plimsoll.knowledge.retrieval.answerability import WITH_VECTORS, AnswerWeights
from plimsoll.knowledge.retrieval.mix import DEFAULT_MIX, LegMix

FINGERPRINT_SHOWN = 16
"""Characters of a fingerprint by which settings name an embedding model."""


class FittedRetrieval(msgspec.Struct, frozen=True, kw_only=True):
    """What a corpus's own labels changed. Each names its embedding model, since cosines of another mean otherwise."""

    mix: LegMix | None = None
    """The mix of legs; None: the default."""
    mix_model: str = ""
    """First characters of the fingerprint of the embedding model that it was fitted with; empty: any."""
    answerability: AnswerWeights | None = None
    """The weights of answerability; None: the default."""
    answerability_model: str = ""
    """As `mix_model`."""

    def usable(self, fingerprint: str) -> "UsableConstants":
        """Return the constants for an embedding model: those fitted with another give way to the defaults."""
        has_mix = fingerprint.startswith(self.mix_model)
        has_weights = fingerprint.startswith(self.answerability_model)
        return UsableConstants(
            mix=self.mix if self.mix and has_mix else DEFAULT_MIX,
            answerability=self.answerability if self.answerability and has_weights else WITH_VECTORS,
            unused=(
                *(() if has_mix else (_explain("mix of legs", self.mix_model, fingerprint),)),
                *(() if has_weights else (_explain("answerability", self.answerability_model, fingerprint),)),
            ),
        )


class UsableConstants(msgspec.Struct, frozen=True, kw_only=True):
    """What retrieval goes by."""

    mix: LegMix = DEFAULT_MIX
    """The mix of legs."""
    answerability: AnswerWeights = WITH_VECTORS
    """The weights of answerability, where the question has a vector."""
    unused: tuple[str, ...] = ()
    """Why a default stands in for what was fitted, a sentence each."""


def _explain(what: str, model: str, fingerprint: str) -> str:
    present = fingerprint[:FINGERPRINT_SHOWN]
    return f"The fitted {what} is not used: it is of the embedding model {model!r}, and {present!r} is in use."
