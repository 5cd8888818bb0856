# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false
"""The same quantities as `stats`, by statsmodels and scipy: one typed face over the untyped libraries."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats import multitest, power, proportion
from statsmodels.stats.contingency_tables import mcnemar as exact_mcnemar
from statsmodels.stats.inter_rater import cohens_kappa, to_table

from plimsoll.stats.distributions import Floats


def wilson(successes: int, n: int, confidence: float) -> tuple[float, float]:
    low, high = proportion.proportion_confint(successes, n, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


def most_failures(n: int, confidence: float) -> float:
    """Return the one-sided Clopper-Pearson bound on a share of which none was seen."""
    return float(stats.binomtest(0, n, alternative="less").proportion_ci(confidence, "exact").high)


def at_least(successes: int, n: int, share: float) -> float:
    return float(stats.binom.sf(successes - 1, n, share))


def at_most(successes: int, n: int, share: float) -> float:
    return float(stats.binom.cdf(successes, n, share))


def chances(n: int, share: float) -> Floats:
    """Return the probability of each count of successes, from none to all."""
    return np.asarray(stats.binom.pmf(np.arange(n + 1), n, share), dtype=np.float64)


def chances_of_pairs(pairs: Floats, n: int, shares: tuple[float, float]) -> Floats:
    """Return the probability of each row of gained and lost cases, given the shares of both."""
    counts = np.column_stack([pairs, n - pairs.sum(axis=1)])
    return np.asarray(stats.multinomial.pmf(counts, n, [*shares, 1 - sum(shares)]), dtype=np.float64)


def student(values: Floats, confidence: float) -> tuple[float, float]:
    interval = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    return float(interval.low), float(interval.high)


def student_p(values: Floats, target: float, alternative: str) -> float:
    return float(stats.ttest_1samp(values, target, alternative=alternative).pvalue)


def clustered(values: Floats, clusters: list[int]) -> tuple[float, float]:
    model = OLS(values, np.ones(len(values)))
    low, high = model.fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True).conf_int(0.05)[0]
    return float(low), float(high)


def quantile(values: Floats, q: float) -> tuple[float, float]:
    interval = stats.quantile_test(values, p=q).confidence_interval(0.95)
    return float(interval.low), float(interval.high)


def mcnemar(gained: int, lost: int, n: int) -> float:
    return float(exact_mcnemar([[n - gained - lost, lost], [gained, 0]], exact=True).pvalue)


def sign_flip(differences: Floats) -> float:
    """Return the two-sided p-value over all flips of a dozen differences or fewer."""
    return float(stats.permutation_test((differences,), np.sum, permutation_type="samples", n_resamples=5_000).pvalue)


def likeliest_loss(gained: int, lost: int, *, n: int, delta: float) -> float:
    """Return the share of losses that makes the counts likeliest, given the difference: found by search."""
    counts = (gained, lost, n - gained - lost)

    def unlikelihood(share: float) -> float:
        shares = (share + delta, share, 1 - 2 * share - delta)
        return -sum(count * math.log(max(part, 1e-300)) for count, part in zip(counts, shares, strict=True) if count)

    ends = (max(0.0, -delta), (1 - delta) / 2)
    found = optimize.minimize_scalar(unlikelihood, bounds=ends, method="bounded", options={"xatol": 1e-12})
    return float(found.x)


def cases_for_effect(effect: float) -> float:
    return float(power.TTestPower().solve_power(effect_size=effect, alpha=0.05, power=0.8))


def holm(p_values: list[float]) -> list[float]:
    adjusted = np.asarray(multitest.multipletests(p_values, method="holm")[1], dtype=np.float64)
    return [float(value) for value in adjusted]


def normal_quantile(probability: float) -> float:
    return float(stats.norm.ppf(probability))


def kappa(first: NDArray[np.int64], second: NDArray[np.int64]) -> tuple[float, float, float]:
    table, _ = to_table(np.column_stack([first, second]))
    found = cohens_kappa(table)
    return float(found.kappa), float(found.kappa_low), float(found.kappa_upp)


def benjamini_hochberg(p_values: list[float]) -> list[float]:
    adjusted = np.asarray(multitest.multipletests(p_values, method="fdr_bh")[1], dtype=np.float64)
    return [float(value) for value in adjusted]


def fisher(x: int, n: int, *, y: int, m: int) -> float:
    """Return Fisher's exact two-sided p-value of x of n against y of m."""
    return float(stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue)


def mann_whitney(first: Floats, second: Floats) -> tuple[float, float]:
    """Return the chance that a value of the second is larger, and the asymptotic two-sided p-value."""
    found = stats.mannwhitneyu(second, first, use_continuity=False, method="asymptotic")
    return float(found.statistic) / (len(first) * len(second)), float(found.pvalue)
