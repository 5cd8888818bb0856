"""What samples say, and how surely: intervals, paired tests, sizes. Pure formulas on numpy and `scipy.special`.

Called by `line` (is a bar cleared?) and `evals` (candidate against baseline). Does no I/O, knows nothing of features,
and decides nothing. Randomness comes in as a seeded generator. A wrong argument raises ValueError.
"""

from plimsoll.stats.mean import clustered_mean, mean_interval, mean_tails, mean_variance
from plimsoll.stats.multiplicity import holm
from plimsoll.stats.paired import PairedDifference, mcnemar_exact, paired_binary, paired_mean, sign_flip
from plimsoll.stats.power import (
    cases_for_difference,
    cases_for_level,
    cases_for_proportion,
    clearing_probability,
    smallest_effect,
    variance_behind,
)
from plimsoll.stats.proportion import (
    EffectiveCount,
    Tails,
    binomial_tails,
    clustered_proportion,
    effective_count,
    wilson,
)
from plimsoll.stats.quantile import cases_for_quantile, quantile_interval
from plimsoll.stats.ranking import ndcg_at, recall_at, reciprocal_rank, roc_area

__all__ = [
    "EffectiveCount",
    "PairedDifference",
    "Tails",
    "binomial_tails",
    "cases_for_difference",
    "cases_for_level",
    "cases_for_proportion",
    "cases_for_quantile",
    "clearing_probability",
    "clustered_mean",
    "clustered_proportion",
    "effective_count",
    "holm",
    "mcnemar_exact",
    "mean_interval",
    "mean_tails",
    "mean_variance",
    "ndcg_at",
    "paired_binary",
    "paired_mean",
    "quantile_interval",
    "recall_at",
    "reciprocal_rank",
    "roc_area",
    "sign_flip",
    "smallest_effect",
    "variance_behind",
    "wilson",
]
