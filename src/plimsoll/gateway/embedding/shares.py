"""Who pays what of a request that several callers share. Pure."""

from collections.abc import Sequence


def share_tokens(tokens: int, lengths: Sequence[int]) -> list[int]:
    """Divide tokens by the lengths of texts, so that the shares are whole and add up (largest remainders first).

    Texts that are all empty share alike.
    """
    weights = lengths if any(lengths) else [1] * len(lengths)
    total = sum(weights)
    shares = [tokens * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(tokens * weights[place] % total))
    for place in by_remainder[: tokens - sum(shares)]:
        shares[place] += 1
    return shares
