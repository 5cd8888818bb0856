"""Which texts are embedded together: texts of like length, a bounded number of tokens at a time. Pure."""

from collections.abc import Sequence

TOKENS_A_BATCH = 2_048
"""Padding included. Eight texts of full length: attention then needs 25 MB of working memory, and more is no faster."""


def plan_batches(lengths: Sequence[int], *, most_tokens: int = TOKENS_A_BATCH) -> list[list[int]]:
    """Return groups of positions, shortest texts first, each group padded to its longest within `most_tokens`.

    A text longer than `most_tokens` stands alone.
    """
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Lengths rise, so the newcomer sets the width that all of the group is padded to.
        if batches and (len(batches[-1]) + 1) * lengths[position] <= most_tokens:
            batches[-1].append(position)
        else:
            batches.append([position])
    return batches
