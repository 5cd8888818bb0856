"""Did an agent call the right tools, with the right arguments, in the right order, and no others?

Reads the calls of the sample (`Sample.tool_calls`, from a trace's tool spans), else the list in an output field.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, cast, get_args

import msgspec

from plimsoll.datasets import normalise
from plimsoll.errors import InvalidFeature, one_of
from plimsoll.line import Sample, ToolCall
from plimsoll.records import Case, Score

Match = Literal["strict", "unordered", "subset", "superset"]
Arguments = Literal["exact", "named", "ignored"]
_MOST_CALLS = 1_000


class ToolTrajectory(msgspec.Struct, frozen=True, kw_only=True):
    """Judges the calls of an agent against `expected.calls`."""

    name: str = "tool_trajectory"
    """The name that its scores carry."""
    match: Match = "strict"
    """`strict`: these calls in this order; `unordered`: these in any order; `subset`: none but these, not all needed;
    `superset`: all of these, others allowed."""
    arguments: Arguments = "exact"
    """`exact`: all arguments alike; `named`: those that the expectation names; `ignored`: the tool alone."""
    only: frozenset[str] = frozenset()
    """The tools that count, e.g. those that change something; all where empty."""
    field: str = "calls"
    """The output field with the calls, where the sample names none: objects with `name` and `arguments`."""

    def __post_init__(self) -> None:
        """Refuse a mode that does not exist."""
        for name, value, allowed in (("match", self.match, Match), ("arguments", self.arguments, Arguments)):
            if value not in get_args(allowed):
                raise InvalidFeature(f"ToolTrajectory({name}={value!r}) is not one of {one_of(get_args(allowed))}.")

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return hits / (hits + missing + wasted); what the mode asks for passes. Does not apply without expectation.

        Two calls are one hit where tool and arguments agree; numbers are compared as numbers, texts without case,
        articles and punctuation. Without any call, expected or made, the value is 1.
        """
        expected = read_calls(case.expected.get("calls"))
        made = sample.tool_calls or read_calls((sample.output or {}).get(self.field)) or ()
        if expected is None:
            return None
        wanted, given = self._counting(expected), self._counting(made)
        pairs = self._pair(wanted, given)
        missing = [one.name for place, one in enumerate(wanted) if place not in pairs]
        wasted = [one.name for place, one in enumerate(given) if place not in pairs.values()]
        in_order = list(pairs.values()) == sorted(pairs.values())
        together = len(pairs) + len(missing) + len(wasted)
        return Score(
            name=self.name,
            value=len(pairs) / together if together else 1.0,
            passed=self._passes(missing, wasted, in_order=in_order),
            by=self.name,
            reason=_explain(missing, wasted, in_order=in_order),
        )

    def _counting(self, calls: Sequence[ToolCall]) -> list[ToolCall]:
        return [one for one in calls[:_MOST_CALLS] if not self.only or one.name in self.only]

    def _pair(self, wanted: Sequence[ToolCall], given: Sequence[ToolCall]) -> dict[int, int]:
        """Return the place of the call that meets each expected one: the first that is free, in the order expected."""
        pairs: dict[int, int] = {}
        taken: set[int] = set()
        for place, one in enumerate(wanted):
            free = (at for at, other in enumerate(given) if at not in taken and self._is_hit(one, other))
            found = next(free, None)
            if found is not None:
                pairs[place] = found
                taken.add(found)
        return pairs

    def _is_hit(self, wanted: ToolCall, given: ToolCall) -> bool:
        if wanted.name != given.name:
            return False
        if self.arguments == "ignored":
            return True
        if self.arguments == "exact" and wanted.arguments.keys() != given.arguments.keys():
            return False
        return all(
            name in given.arguments and _is_alike(value, given.arguments[name])
            for name, value in wanted.arguments.items()
        )

    def _passes(self, missing: list[str], wasted: list[str], *, in_order: bool) -> bool:
        is_complete, is_lean = not missing, not wasted
        return {
            "strict": is_complete and is_lean and in_order,
            "unordered": is_complete and is_lean,
            "subset": is_lean,
            "superset": is_complete,
        }[self.match]


def read_calls(value: object) -> tuple[ToolCall, ...] | None:
    """Return a list of calls as they stand in a dataset or an output; None where it is none."""
    if not isinstance(value, list):
        return None
    calls: list[ToolCall] = []
    for one in cast("list[object]", value):
        if not isinstance(one, Mapping):
            continue
        fields = cast("Mapping[str, object]", one)
        name, arguments = fields.get("name"), fields.get("arguments", {})
        if isinstance(name, str) and isinstance(arguments, Mapping):
            calls.append(ToolCall(name=name, arguments=dict(cast("Mapping[str, object]", arguments))))
    return tuple(calls)


def _is_alike(wanted: object, given: object) -> bool:
    if isinstance(wanted, str) and isinstance(given, str):
        return wanted == given or normalise(wanted) == normalise(given)
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        ours, theirs = cast("Mapping[str, object]", wanted), cast("Mapping[str, object]", given)
        return ours.keys() == theirs.keys() and all(_is_alike(ours[name], theirs[name]) for name in ours)
    if isinstance(wanted, list) and isinstance(given, list):
        one, other = cast("list[object]", wanted), cast("list[object]", given)
        return len(one) == len(other) and all(map(_is_alike, one, other))
    return isinstance(wanted, bool) is isinstance(given, bool) and wanted == given


def _explain(missing: list[str], wasted: list[str], *, in_order: bool) -> str:
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    parts += [f"wasted: {', '.join(wasted)}"] if wasted else []
    parts += [] if in_order else ["in another order"]
    return "; ".join(parts).capitalize() + "." if parts else ""


tool_trajectory = ToolTrajectory()
"""Passes the calls of `expected.calls` with these arguments in this order, and no others."""
