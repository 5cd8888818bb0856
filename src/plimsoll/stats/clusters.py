"""Observations that share a document, a user or a conversation, summed by what they share.

Called by the other files of the room. A cluster is named by anything hashable; a lone observation is its own cluster.
"""

from collections.abc import Hashable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plimsoll.stats.distributions import Floats


class ClusterSums(msgspec.Struct, frozen=True, kw_only=True):
    """Totals by cluster, in order of first appearance."""

    totals: Floats
    """Sum of the values of each cluster."""
    sizes: Floats
    """Observations in each cluster."""

    @property
    def count(self) -> int:
        """Return the number of clusters."""
        return len(self.sizes)

    @property
    def mean(self) -> float:
        """Return the mean over all observations."""
        return float(self.totals.sum() / self.sizes.sum())

    def standard_error(self) -> float:
        """Return the standard error of the mean; two clusters or more.

        The root of G/(G-1) * sum over clusters of (sum of residuals)² / n² (Miller 2024, arXiv 2411.00640, section
        2.2, with the usual correction for few clusters). Clusters of one make it s/√n.
        """
        residuals = self.totals - self.sizes * self.mean
        correction = self.count / (self.count - 1)
        return float(np.sqrt(correction * np.square(residuals).sum()) / self.sizes.sum())


def sum_by_cluster(values: Sequence[float] | Floats, clusters: Sequence[Hashable] | None) -> ClusterSums:
    """Sum values by cluster; without clusters each value is its own.

    Raises ValueError when there is nothing to sum, or not one cluster for each value.
    """
    vector = as_vector(values)
    if clusters is None:
        return ClusterSums(totals=vector, sizes=np.ones(len(vector)))
    index = cluster_places(len(vector), clusters)
    totals = np.bincount(index, weights=vector).astype(np.float64)
    sizes = np.bincount(index).astype(np.float64)
    return ClusterSums(totals=totals, sizes=sizes)


def cluster_places(n: int, clusters: Sequence[Hashable] | None) -> NDArray[np.int64]:
    """Return the number of each observation's cluster, counted from 0 in order of first appearance.

    Raises ValueError when there is no observation, or not one cluster for each.
    """
    if n < 1:
        raise ValueError("Need at least one observation.")
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    if len(clusters) != n:
        raise ValueError(f"Each value needs its cluster: got {n} values and {len(clusters)} clusters.")
    places: dict[Hashable, int] = {}
    return np.array([places.setdefault(cluster, len(places)) for cluster in clusters], dtype=np.int64)


def as_vector(values: Sequence[float] | Floats) -> Floats:
    """Return the values as a vector. Raises ValueError when there are none or one is not a number."""
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or len(vector) == 0:
        raise ValueError(f"Need a row of at least one value, got shape {vector.shape}.")
    if np.isnan(vector).any():
        raise ValueError("A value is not a number; leave missing values out and count them.")
    return vector
