"""What differs between two groups of requests, and which difference is likely why: pure statistics over read traces."""

from plimsoll.traces.compare.compare import MOST_SAMPLED, compare_groups
from plimsoll.traces.compare.facts import TraceFacts, read_facts
from plimsoll.traces.compare.groups import Group
from plimsoll.traces.compare.reading import read_group
from plimsoll.traces.compare.records import Comparison, Concentration, Finding, GroupSize, ValueChange
from plimsoll.traces.compare.sides import Side, parse_side
from plimsoll.traces.compare.wording import say_change, say_concentration, say_more, say_reach, say_reliability

__all__ = [
    "MOST_SAMPLED",
    "Comparison",
    "Concentration",
    "Finding",
    "Group",
    "GroupSize",
    "Side",
    "TraceFacts",
    "ValueChange",
    "compare_groups",
    "parse_side",
    "read_facts",
    "read_group",
    "say_change",
    "say_concentration",
    "say_more",
    "say_reach",
    "say_reliability",
]
