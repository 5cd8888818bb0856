"""What a feature does when something goes wrong, chosen in its definition.

The runner reads the choice and turns it into an outcome.
"""

from typing import Literal, get_args

import msgspec

from plimsoll.errors import InvalidFeature, nearest_name
from plimsoll.records import Outcome

Policy = Literal["abstain", "fail", "hand_to_human", "refuse"]
"""What the caller gets instead of an answer."""
StalePolicy = Literal["abstain", "accept", "fail", "hand_to_human", "refuse", "warn"]
"""What becomes of documents that are older than their source allows: `accept` answers from them, `warn` does and says
so in the result; the others leave them out, and end the request where nothing else answers."""

_OUTCOMES: dict[str, Outcome] = {
    "abstain": Outcome.ABSTAINED,
    "fail": Outcome.FAILED,
    "hand_to_human": Outcome.HANDED_TO_HUMAN,
    "refuse": Outcome.REFUSED,
}

_ANSWERING = frozenset({"accept", "warn"})


class Failures(msgspec.Struct, frozen=True, kw_only=True):
    """What a feature does on each kind of failure: `abstain`, `fail`, `hand_to_human` or `refuse`.

    `stale` takes `accept` and `warn` as well.
    """

    timeout: Policy = "fail"
    """The request did not finish within the feature's `timeout_seconds`."""
    empty: Policy = "abstain"
    """There is no document that the caller may read and the filter means."""
    irrelevant: Policy | None = None
    """Nothing that was found answers, or no quotation of the answer stands in it. None: as `empty`."""
    stale: StalePolicy = "warn"
    """What was found is older than its source allows."""
    invalid: Policy = "fail"
    """The model's answer was not of the declared shape, after repair and one retry."""
    over_budget: Policy = "refuse"
    """A limit or a budget of the caller, the feature or the model is used up."""

    def __post_init__(self) -> None:
        """Refuse a policy that does not exist, naming the choices and the nearest."""
        for field in self.__struct_fields__:
            value = getattr(self, field)
            if field != "irrelevant" or value is not None:
                _require_policy(field, value, choices=get_args(StalePolicy if field == "stale" else Policy))

    @property
    def answers_from_stale(self) -> bool:
        """Return whether documents that are too old may answer."""
        return self.stale in _ANSWERING


def outcome_of(policy: Policy | StalePolicy) -> Outcome:
    """Return the outcome that a policy stands for which ends a request."""
    return _OUTCOMES[policy]


def _require_policy(field: str, value: object, *, choices: tuple[str, ...]) -> None:
    if value in choices:
        return
    near = nearest_name(str(value), choices)
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidFeature(
        f"Failures({field}={value!r}) is not one of {', '.join(map(repr, choices))}.{hint}",
        next_step=f"Choose one of them for {field!r} in the feature's `on=Failures(...)`.",
    )
