"""Two groups of requests to be compared, and what is asked of one again and again: who of it has what. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.stats import Amounts, EffectiveCount, WeightedSample
from plimsoll.traces.compare.aspects import Aspect
from plimsoll.traces.compare.facts import TraceFacts

_FEWEST_USERS = 20
_LARGEST_USER = 0.2
_NOBODY = EffectiveCount(successes=0.0, n=1.0)
WORD = "word"
"""Name of the aspect of an input's words."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a comparison."""

    label: str
    """What was asked for, e.g. `2h..1h` or `version=3f2a`."""
    facts: tuple[TraceFacts, ...]
    """The sampled traces."""
    matching: int = 0
    """Traces that fit, of which those were drawn."""
    withheld: int = 0
    """Traces that fit as well and are withheld from who compares, 1,000 at most."""


class Members:
    """A group, indexed: where each trait and each amount stands, with weights and clusters."""

    def __init__(self, group: Group, *, by_user: bool) -> None:
        """Index the group; `by_user` counts the requests of one user together, else those of one session."""
        self.group = group
        self.size = len(group.facts)
        places: dict[str, int] = {}
        names = [_cluster_of(one, by_user=by_user) for one in group.facts]
        self.clusters = np.array([places.setdefault(name, len(places)) for name in names], dtype=np.int64)
        self.weights = np.array([one.weight for one in group.facts], dtype=np.float64)
        self.sample = WeightedSample(self.weights, self.clusters)
        self._traits: dict[tuple[str, str], list[int]] = {}
        self._parts: dict[str, tuple[NDArray[np.int64], WeightedSample | None]] = {}
        self._amounts: dict[str, list[tuple[int, float]]] = {}
        for place, one in enumerate(group.facts):
            for key in _traits_of(one):
                self._traits.setdefault(key, []).append(place)
            for name, value in one.amounts.items():
                self._amounts.setdefault(name, []).append((place, value))

    @property
    def traits(self) -> Counter[tuple[str, str]]:
        """Return how many traces have each trait, by aspect and value."""
        return Counter({key: len(places) for key, places in self._traits.items()})

    @property
    def amounts(self) -> Counter[str]:
        """Return how many traces have each amount."""
        return Counter({name: len(pairs) for name, pairs in self._amounts.items()})

    def having(self, aspect: str, value: str) -> NDArray[np.int64]:
        """Return the places of the traces with a trait."""
        return np.array(self._traits.get((aspect, value), []), dtype=np.int64)

    def share(self, aspect: Aspect, value: str) -> EffectiveCount:
        """Return the share that has a trait, as a count, among the requests that count for the aspect."""
        having = self.having(aspect.name, value)
        if not aspect.among:
            return self.sample.count(having)
        places, sample = self._part(aspect.among)
        return sample.count(np.searchsorted(places, np.intersect1d(having, places))) if sample else _NOBODY

    def has_some_for(self, aspect: Aspect) -> bool:
        """Tell whether any request counts for the aspect: a group that asked no model has no model to compare."""
        return not aspect.among or self._part(aspect.among)[1] is not None

    def _part(self, among: str) -> tuple[NDArray[np.int64], WeightedSample | None]:
        if among not in self._parts:
            self._parts[among] = self._part_with(among)
        return self._parts[among]

    def _part_with(self, aspect: str) -> tuple[NDArray[np.int64], WeightedSample | None]:
        """Return the requests that have the aspect, and a sample of them alone; None where there are none."""
        having = [place for place, one in enumerate(self.group.facts) if one.traits.get(aspect)]
        places = np.array(having, dtype=np.int64)
        if not having:
            return places, None
        _, clusters = np.unique(self.clusters[places], return_inverse=True)
        return places, WeightedSample(self.weights[places], clusters.astype(np.int64))

    def measured(self, name: str) -> tuple[NDArray[np.int64], Amounts]:
        """Return the places of the traces with an amount, and their amounts."""
        pairs = self._amounts.get(name, [])
        places = np.array([place for place, _ in pairs], dtype=np.int64)
        values = np.array([value for _, value in pairs], dtype=np.float64)
        return places, Amounts(values=values, weights=self.weights[places], clusters=self.clusters[places])

    def mean_over_all(self, name: str) -> float:
        """Return the weighted mean of an amount over all traces; 0 counts where a trace does not have it."""
        places, amounts = self.measured(name)
        return float((amounts.values * self.weights[places]).sum() / self.weights.sum())


def index_groups(first: Group, second: Group) -> tuple[Members, Members]:
    """Index both groups, by users where these can be clusters: twenty or more on each side, none above a fifth."""
    by_user = all(_has_many_users(group.facts) for group in (first, second))
    return Members(first, by_user=by_user), Members(second, by_user=by_user)


def _has_many_users(facts: Sequence[TraceFacts]) -> bool:
    counts = Counter(one.user for one in facts if one.user)
    return len(counts) >= _FEWEST_USERS and max(counts.values()) <= _LARGEST_USER * len(facts)


def _cluster_of(facts: TraceFacts, *, by_user: bool) -> str:
    named = (facts.user and f"user {facts.user}") if by_user else (facts.session and f"session {facts.session}")
    return named or f"trace {facts.trace_id}"


def _traits_of(facts: TraceFacts) -> Iterator[tuple[str, str]]:
    for aspect, values in facts.traits.items():
        for value in values:
            yield aspect, value
    for word in facts.words:
        yield WORD, word
