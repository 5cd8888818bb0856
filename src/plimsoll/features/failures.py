"""What a feature does when something goes wrong, chosen in its definition.

The runner reads the choice and turns it into an outcome. Freshness has no choice here yet: nothing measures it.
"""

from typing import Literal, get_args

import msgspec

from plimsoll.errors import InvalidFeature, nearest_name
from plimsoll.records import Outcome

Policy = Literal["abstain", "fail", "hand_to_human", "refuse"]
"""What the caller gets instead of an answer."""

_OUTCOMES: dict[str, Outcome] = {
    "abstain": Outcome.ABSTAINED,
    "fail": Outcome.FAILED,
    "hand_to_human": Outcome.HANDED_TO_HUMAN,
    "refuse": Outcome.REFUSED,
}


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature does on each kind of failure: `abstain`, `fail`, `hand_to_human` or `refuse`."""

    timeout: Policy = "fail"
    """The request did not finish within the feature's `timeout_seconds`."""
    empty: Policy = "abstain"
    """Retrieval found nothing that answers, or no quotation of the answer stands in what it found."""
    invalid: Policy = "fail"
    """The model's answer was not of the declared shape, after repair and one retry."""
    over_budget: Policy = "refuse"
    """A limit or a budget of the caller, the feature or the model is used up."""

    def __post_init__(self) -> None:
        """Refuse a policy that does not exist, naming the choices and the nearest."""
        for field in self.__struct_fields__:
            _require_policy(field, getattr(self, field))


def outcome_of(policy: Policy) -> Outcome:
    """Return the outcome that a policy stands for."""
    return _OUTCOMES[policy]


def _require_policy(field: str, value: object) -> None:
    choices: tuple[str, ...] = get_args(Policy)
    if value in choices:
        return
    near = nearest_name(str(value), choices)
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidFeature(
        f"Failures({field}={value!r}) is not one of {', '.join(map(repr, choices))}.{hint}",
        next_step=f"Choose one of them for {field!r} in the feature's `on=Failures(...)`.",
    )
