"""What a comparison of two groups of requests comes to. Command line, API and console show it. Records only."""

from typing import Literal

import msgspec

from plimsoll.records import Interval
from plimsoll.traces.compare.aspects import Role


class ValueChange(msgspec.Struct, frozen=True, kw_only=True):
    """One value's share on both sides."""

    value: str
    """The value."""
    first: float
    """Its share in the first group."""
    second: float
    """Its share in the second."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that differs beyond chance."""

    aspect: str
    """What kind of thing: `document`, `fingerprint`, `step`, …"""
    title: str
    """That in words."""
    value: str
    """Which one: a document, a word, a step; empty where the aspect is all."""
    role: Role
    """Whether it can be why requests went otherwise, or is how they went."""
    measure: Literal["share", "median", "mean"]
    """What is told of both groups: the share of requests that have it, or the median or mean of an amount."""
    unit: str
    """Unit of an amount."""
    first: Interval
    """It in the first group."""
    second: Interval
    """It in the second."""
    difference: Interval
    """Second less first."""
    divergence: float
    """How much it alone tells of the group that a request is in, in bits: 0 nothing, 1 all. The rank is by it."""
    p_value: float
    """Chance of such a difference or a larger one under no change."""
    adjusted_p: float
    """The same after all that was tested (Benjamini and Bogomolov)."""
    also: tuple[ValueChange, ...] = ()
    """Other values of the aspect that changed with it."""
    explains: float | None = None
    """For a step: its part of the whole slow-down, of means; None where the whole did not change."""
    first_examples: tuple[str, ...] = ()
    """Traces of the first group to look at."""
    second_examples: tuple[str, ...] = ()
    """Traces of the second."""


class Concentration(msgspec.Struct, frozen=True, kw_only=True):
    """Failures that come from one user or session far more than its requests do."""

    group: str
    """In which group."""
    aspect: str
    """`user` or `session`."""
    value: str
    """Which one."""
    failures: int
    """Failures of the group in all."""
    share: Interval
    """Its share of them."""
    traffic: float
    """Its share of all requests of the group."""


class GroupSize(msgspec.Struct, frozen=True, kw_only=True):
    """One side, in numbers."""

    label: str
    """What was asked for."""
    matching: int
    """Traces that fit."""
    sampled: int
    """Those of them that were compared."""
    worth: float
    """How many independent requests of equal weight they are worth."""
    withheld: int = 0
    """Traces that fit and are not compared, since only their figures may be shown to this reader; 1,000 at most."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """How two groups of requests differ, causes before effects, each ranked by how much it tells."""

    first: GroupSize
    """The group that is compared with."""
    second: GroupSize
    """The group that is asked about."""
    findings: tuple[Finding, ...]
    """What differs beyond chance."""
    concentrations: tuple[Concentration, ...]
    """Where one user or session makes the failures."""
    left_out: int
    """Findings beyond the most that are told."""
    tested: int
    """Things that were tested."""
    level: float
    """Share of the findings that is expected to be chance, at most."""
    detectable: float | None
    """Smallest change of a share, around one half, that would have been found 4 times out of 5; None: none would."""
    too_few: str
    """Why nothing can be told; empty where something can."""
    seed: int
    """What the samples were drawn with."""
