"""How two versions of a dataset differ, case by case. Pure."""

import msgspec

from plimsoll.datasets.case_line import write_case
from plimsoll.datasets.dataset import Dataset
from plimsoll.records import Case

_PARTS = ("input", "expected", "tags", "cluster", "source_trace_id")


class ChangedCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case that both have, and not alike."""

    case_id: str
    """The case."""
    parts: tuple[str, ...]
    """What differs: `input`, `expected`, `tags`, `cluster`, `source_trace_id`."""


class DatasetDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How a dataset differs from another."""

    first: str
    """The one, as name and version."""
    second: str
    """The other."""
    added: tuple[str, ...]
    """Ids that only the second has, in its order."""
    removed: tuple[str, ...]
    """Ids that only the first has, in its order."""
    changed: tuple[ChangedCase, ...]
    """Cases that both have, not alike, in the second's order."""
    same: int
    """Cases that both have alike."""


def diff_datasets(first: Dataset, second: Dataset) -> DatasetDifference:
    """Return how the second differs from the first; cases are told by their ids, their order counts for nothing."""
    before = {case.id: case for case in first.cases}
    after = {case.id: case for case in second.cases}
    changed = tuple(
        ChangedCase(case_id=name, parts=_parts(before[name], case))
        for name, case in after.items()
        if name in before and write_case(before[name]) != write_case(case)
    )
    return DatasetDifference(
        first=f"{first.name}@{first.version[:12]}",
        second=f"{second.name}@{second.version[:12]}",
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=changed,
        same=len(before.keys() & after.keys()) - len(changed),
    )


def _parts(before: Case, after: Case) -> tuple[str, ...]:
    return tuple(part for part in _PARTS if getattr(before, part) != getattr(after, part))
