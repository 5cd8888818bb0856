"""What samples say, and how surely: intervals, paired tests, sizes. Pure formulas on numpy and `scipy.special`.

Called by `line` (is a bar cleared?) and `evals` (candidate against baseline). Does no I/O, knows nothing of features,
and decides nothing. Randomness comes in as a seeded generator. A wrong argument raises ValueError.
"""

from plimsoll.stats.agreement import Level, cohen_kappa, kappa_difference, krippendorff_alpha
from plimsoll.stats.bootstrap import bootstrap_interval
from plimsoll.stats.classification import ClassFigures, Classification, classification_figures
from plimsoll.stats.judged import JudgedCounts, count_judged, prediction_powered_mean, rogan_gladen
from plimsoll.stats.log_odds import weighted_log_odds
from plimsoll.stats.mean import (
    bounded_mean,
    clustered_mean,
    mean_interval,
    mean_of_sums,
    mean_tails,
    mean_variance,
    tails_of_sums,
)
from plimsoll.stats.multiplicity import benjamini_hochberg, holm
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
from plimsoll.stats.quantile import Ranks, cases_for_quantile, quantile_interval, quantile_ranks
from plimsoll.stats.ranking import ndcg_at, recall_at, reciprocal_rank, roc_area
from plimsoll.stats.repeats import pass_at, pass_every
from plimsoll.stats.two_amounts import Amounts, Dominance, bin_shares, dominance, median_interval, shift, weighted_mean
from plimsoll.stats.two_shares import (
    ShareDifference,
    WeightedSample,
    divergence,
    fisher_exact,
    share_difference,
    smallest_share_difference,
)
from plimsoll.stats.weighted import WeightedShare, weighted_proportion

__all__ = [
    "Amounts",
    "ClassFigures",
    "Classification",
    "Dominance",
    "EffectiveCount",
    "JudgedCounts",
    "Level",
    "PairedDifference",
    "Ranks",
    "ShareDifference",
    "Tails",
    "WeightedSample",
    "WeightedShare",
    "benjamini_hochberg",
    "bin_shares",
    "binomial_tails",
    "bootstrap_interval",
    "bounded_mean",
    "cases_for_difference",
    "cases_for_level",
    "cases_for_proportion",
    "cases_for_quantile",
    "classification_figures",
    "clearing_probability",
    "clustered_mean",
    "clustered_proportion",
    "cohen_kappa",
    "count_judged",
    "divergence",
    "dominance",
    "effective_count",
    "fisher_exact",
    "holm",
    "kappa_difference",
    "krippendorff_alpha",
    "mcnemar_exact",
    "mean_interval",
    "mean_of_sums",
    "mean_tails",
    "mean_variance",
    "median_interval",
    "ndcg_at",
    "paired_binary",
    "paired_mean",
    "pass_at",
    "pass_every",
    "prediction_powered_mean",
    "quantile_interval",
    "quantile_ranks",
    "recall_at",
    "reciprocal_rank",
    "roc_area",
    "rogan_gladen",
    "share_difference",
    "shift",
    "sign_flip",
    "smallest_effect",
    "smallest_share_difference",
    "tails_of_sums",
    "variance_behind",
    "weighted_log_odds",
    "weighted_mean",
    "weighted_proportion",
    "wilson",
]
