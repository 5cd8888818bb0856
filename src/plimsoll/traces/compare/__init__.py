"""What differs between two groups of requests, and which difference is likely why: pure statistics over read traces."""

from plimsoll.traces.compare.compare import MOST_SAMPLED, compare_groups
from plimsoll.traces.compare.facts import TraceFacts, read_facts
from plimsoll.traces.compare.groups import Group
from plimsoll.traces.compare.records import Comparison, Concentration, Finding, GroupSize, ValueChange

__all__ = [
    "MOST_SAMPLED",
    "Comparison",
    "Concentration",
    "Finding",
    "Group",
    "GroupSize",
    "TraceFacts",
    "ValueChange",
    "compare_groups",
    "read_facts",
]
