"""What can differ between two groups of requests, in the order of a request's walk: causes stand above effects.

Read by the other files of the room that compare. Pure data.
"""

from typing import Literal

import msgspec

Role = Literal["cause", "effect"]
"""Whether it can be why requests went otherwise, or is how they went."""


class Aspect(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that requests have."""

    name: str
    """Its name in programs."""
    title: str
    """Its name for people."""
    role: Role
    """On which side of the walk it stands."""
    place: int
    """Where on it, from the beginning; the earlier of two that differ alike is told first."""
    is_single: bool = False
    """Whether a request has one value of it at most, so that a change from one to another is one finding."""
    least_share: float = 0.0
    """Share from which a value is worth telling: one person more or less is no news, one that is a fifth of all is."""
    among: str = ""
    """Aspect that a request must have to count: a request that asked no model has not left one. Empty: all count."""
    unit: str = ""
    """Unit of an amount."""
    by_mean: bool = False
    """Whether an amount is told by its mean, since most requests have the same; else by its median."""


_CAUSES = (
    ("release", "Release", True),
    ("prompt", "Prompt version", True),
    ("instructions", "Instructions to the model", True),
    ("agent", "Agent version", True),
    ("model", "Model", True),
    ("fingerprint", "Model fingerprint", True),
    ("setting", "Setting of the call", True),
    ("variant", "Variant", True),
    ("version", "Configuration", True),
    ("feature", "Feature", True),
    ("service", "Service", True),
    ("user", "User", True),
    ("session", "Session", True),
    ("word", "Word of the input", False),
    ("language", "Language of the input", True),
    ("script", "Script of the input", True),
    ("form", "Form of the input", False),
    ("input_length", "Length of the input", False),
    ("document", "Document found", False),
    ("closed", "Rests on closed documents", True),
    ("stale", "Stale passages found", True),
    ("without", "Retrieval did without", False),
    ("tool", "Tool called", False),
    ("step", "Time of the step", False),
    ("event", "Event in a step", False),
    ("served", "Answer taken from", True),
)
_EFFECTS = (
    ("guard", "Guard's verdict", False),
    ("finding", "Retrieval came to", True),
    ("top_score", "Score of the best passage", False),
    ("answerability", "Chance that the documents answer", False),
    ("passages", "Passages found", False),
    ("outcome", "Outcome", True),
    ("error_class", "Error class", True),
    ("error", "Error", False),
    ("finish", "Model stopped because of", False),
    ("score", "Score", False),
    ("verdict", "Verdict of the scorer", False),
    ("output_length", "Length of the output", False),
    ("latency", "Time in all", False),
    ("model_calls", "Model calls", False),
    ("tool_calls", "Tool calls", False),
    ("input_tokens", "Tokens read", False),
    ("output_tokens", "Tokens written", False),
    ("cost", "Cost", False),
)
_UNITS = {"step": "ms", "latency": "ms", "cost": "USD", "input_length": "characters", "output_length": "characters"}
_AMONG = {
    **dict.fromkeys(("instructions", "model", "fingerprint", "setting", "served", "finish"), "model"),
    "language": "language",
    "verdict": "verdict",
}
_BY_MEAN = frozenset({"passages", "model_calls", "tool_calls"})
_LEAST_SHARES = {"user": 0.2, "session": 0.2}


def _make(rows: tuple[tuple[str, str, bool], ...], role: Role, first: int) -> dict[str, Aspect]:
    return {
        name: Aspect(
            name=name,
            title=title,
            role=role,
            place=first + place,
            is_single=is_single,
            least_share=_LEAST_SHARES.get(name, 0.0),
            among=_AMONG.get(name, ""),
            unit=_UNITS.get(name, ""),
            by_mean=name in _BY_MEAN,
        )
        for place, (name, title, is_single) in enumerate(rows)
    }


ASPECTS: dict[str, Aspect] = {**_make(_CAUSES, "cause", 0), **_make(_EFFECTS, "effect", 100)}
"""Every aspect by its name."""
