"""Counterfactual pairs: cases alike but for one attribute, and by how much what a scorer says differs between them.

A case of a pair carries `expected.pair`, the same for all its members, and `expected.group`, whom it is about. Pure.
"""

from collections import defaultdict
from collections.abc import Mapping

import msgspec
import numpy as np

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidDataset
from plimsoll.evals.eval_run import EvalRun
from plimsoll.stats import PairedDifference, paired_binary, paired_mean


class GroupDifference(msgspec.Struct, frozen=True, kw_only=True):
    """By how much one group fares otherwise than another on the same pairs."""

    scorer: str
    """The scorer; `answered` for whether there was an answer at all."""
    first: str
    """The group that is compared with."""
    second: str
    """The group that is compared."""
    pairs: int
    """Pairs of which both can be told."""
    missing: int
    """Pairs of which one cannot be told."""
    difference: PairedDifference | None
    """The second's figure minus the first's; None where no pair can be told."""


def compare_groups(run: EvalRun, dataset: Dataset) -> tuple[GroupDifference, ...]:
    """Return, for each scorer of a run and each two groups, the paired difference between them.

    Judgements that pass or fail are compared as such, others by their values. Raises InvalidDataset for a dataset
    without a pair. Of repeats the first counts.
    """
    members = _members(dataset)
    told = _told(run)
    groups = sorted({group for pair in members.values() for group in pair})
    twos = [(first, second) for place, first in enumerate(groups) for second in groups[place + 1 :]]
    return tuple(_compare(name, values, members, two=two) for name, values in sorted(told.items()) for two in twos)


def _members(dataset: Dataset) -> dict[str, dict[str, str]]:
    """Return the ids of each pair's cases, by group."""
    pairs: dict[str, dict[str, str]] = defaultdict(dict)
    for case in dataset.cases:
        if "pair" in case.expected and "group" in case.expected:
            pairs[str(case.expected["pair"])][str(case.expected["group"])] = case.id
    found = {name: pair for name, pair in pairs.items() if len(pair) > 1}
    if not found:
        raise InvalidDataset(
            f"The dataset {dataset.name!r} holds no pair of cases.",
            next_step='Write e.g. "expected": {"pair": "loan-1", "group": "her"} into the cases of a pair.',
        )
    return found


def _told(run: EvalRun) -> dict[str, dict[str, float]]:
    """Return what each scorer said of each case; `answered` is one of them."""
    told: dict[str, dict[str, float]] = defaultdict(dict)
    for one in run.results:
        if one.repeat or one.trace_id is None:
            continue
        told["answered"][one.case_id] = float(one.outcome == "answered")
        for name, score in one.scores.items():
            if score.value is not None:
                told[name][one.case_id] = score.value
    return told


def _compare(
    scorer: str, values: Mapping[str, float], members: Mapping[str, Mapping[str, str]], *, two: tuple[str, str]
) -> GroupDifference:
    first, second = two
    pairs = [(pair[first], pair[second]) for pair in members.values() if first in pair and second in pair]
    both = [(values[one], values[other]) for one, other in pairs if one in values and other in values]
    return GroupDifference(
        scorer=scorer,
        first=first,
        second=second,
        pairs=len(both),
        missing=len(pairs) - len(both),
        difference=_difference([one for one, _ in both], [other for _, other in both]) if both else None,
    )


def _difference(first: list[float], second: list[float]) -> PairedDifference:
    if {*first, *second} <= {0.0, 1.0}:
        return paired_binary([value == 1 for value in first], [value == 1 for value in second])
    return paired_mean(first, second, rng=np.random.default_rng(0))
