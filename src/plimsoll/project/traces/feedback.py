"""What a person says of an answer: a thumb, a grade or a class, with a comment. It becomes a score of the trace.

Pure. `SeenTraces.score` keeps it; the server and the command line say it.
"""

import hashlib
import math
import re

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.records import Principal, Score, ScoreSource

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,62}", re.ASCII)
_ID_BYTES = 16


class Feedback(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person says of an answer."""

    value: bool | float | None = None
    """Thumb up or down, or a grade from 0 to 1; None where only a class is named."""
    name: str = "helpful"
    """What it is about. One name means one question: what scorers say has names of its own."""
    label: str = ""
    """A class that the person chose, e.g. `wrong_source`."""
    comment: str = ""
    """In the person's own words; redacted as every text is."""
    user: str = ""
    """Id of the person; empty: whoever sends it. Erasing that person takes their name and words away."""

    def as_score(self, trace_id: str, *, caller: Principal) -> Score:
        """Return it as a score of the trace. Raises InvalidRequest for a name or a value that means nothing."""
        for word in (self.name, self.label or self.name):
            if _NAME.fullmatch(word) is None:
                raise InvalidRequest(
                    f"{word[:80]!r} cannot be the name or the label of a score.",
                    next_step="Begin with a letter; then letters, digits, '_', '.', '-', 63 at most; words: `comment`.",
                )
        if self.value is None and not self.label:
            raise InvalidRequest(
                "The feedback says nothing: it has neither a value nor a label.",
                next_step='Send one, e.g. {"value": true} or {"value": 0.5} or {"label": "wrong_source"}.',
            )
        if self.value is not None and not (math.isfinite(self.value) and 0 <= self.value <= 1):
            raise InvalidRequest(f"value={self.value!r} is not true, false or a number from 0 to 1.")
        return Score(
            name=self.name,
            value=None if self.value is None else float(self.value),
            passed=self.value if isinstance(self.value, bool) else None,
            label=self.label,
            source=ScoreSource.USER,
            by=self.user or caller.id,
            trace_id=trace_id,
            reason=self.comment,
        )


def id_of(score: Score, *, tenant: str) -> str:
    """Return the id of a person's score of that name about a trace: what they say later takes the place of it."""
    said = msgspec.json.encode(("feedback", tenant, score.trace_id, score.name, score.by))
    return hashlib.blake2b(said, digest_size=_ID_BYTES).hexdigest()
