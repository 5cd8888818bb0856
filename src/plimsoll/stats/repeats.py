"""One case answered several times: does it pass at least once, and does it pass every time?

Called by `evals` for agents and other features that answer differently each time.
"""

from math import comb


def pass_at(passes: int, repeats: int, k: int) -> float:
    """Return pass@k of a case: the chance that at least one of `k` answers passes, without bias.

    1 - C(n-c, k) / C(n, k), of c passes among n repeats (Chen et al. 2021, arXiv 2107.03374, section 2.1). Raises
    ValueError unless 0 <= passes <= repeats and 1 <= k <= repeats.
    """
    _check(passes, repeats, k)
    return 1 - comb(repeats - passes, k) / comb(repeats, k)


def pass_every(passes: int, repeats: int, k: int) -> float:
    """Return pass^k of a case: the chance that all of `k` answers pass, without bias.

    C(c, k) / C(n, k) (Yao et al. 2024, tau-bench, arXiv 2406.12045). Raises ValueError as `pass_at` does.
    """
    _check(passes, repeats, k)
    return comb(passes, k) / comb(repeats, k)


def _check(passes: int, repeats: int, k: int) -> None:
    if not (0 <= passes <= repeats and 1 <= k <= repeats):
        raise ValueError(f"{passes!r} passes of {repeats!r} repeats, k={k!r}: need k within 1..repeats.")
