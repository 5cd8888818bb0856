"""Where in the dataset a line is met and where not, and where two runs differ: each figure, for the cases of each tag.

Called by the project's operations. Slices show where to look; they never decide a gate. Looking at many of them finds
something by chance, so the p-values are adjusted over all slices and bars (Benjamini & Hochberg).
"""

from collections.abc import Sequence

import msgspec

from plimsoll.evals.eval_run import EvalRun, observe
from plimsoll.evals.pairing import Pairs, measure_pairs
from plimsoll.line import Bar, BarKind, Evidence, Line, Observation, evidence_for
from plimsoll.stats import PairedDifference, benjamini_hochberg

_FEWEST = 5
_MOST_TAGS = 50


class Slice(msgspec.Struct, frozen=True, kw_only=True):
    """One bar on the cases of one tag."""

    tag: str
    """The tag."""
    bar: Bar
    """The bar."""
    evidence: Evidence
    """What its cases say about the bar."""
    p_value: float
    """Chance of cases this bad, were the bar met in this slice, adjusted for all slices that were looked at."""

    def is_worse(self, confidence: float) -> bool:
        """Tell whether the slice misses the bar for more than chance."""
        return self.p_value <= 1 - confidence


class SliceDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How two runs differ on the cases of one tag, in one quantity."""

    tag: str
    """The tag."""
    name: str
    """The bar's or the scorer's name."""
    paired: PairedDifference
    """The difference on its cases, above zero where the candidate is better."""
    p_value: float
    """Two-sided p-value of no difference, adjusted for all slices that were looked at."""

    def is_beyond_chance(self, confidence: float) -> bool:
        """Tell whether the runs differ here for more than chance."""
        return self.p_value <= 1 - confidence


def slice_run(line: Line, run: EvalRun) -> tuple[Slice, ...]:
    """Return the bars on shares for each tag with five results or more, the most suspicious first.

    Of more than 50 tags the most frequent are looked at. How many of a tag's cases should be answered depends on the
    tag, so that the bar on answers is left out: whether a case was rightly answered is for scorers to say.
    """
    observations = observe(run)
    by_tag: dict[str, list[Observation]] = {}
    for result, observation in zip(run.results, observations, strict=True):
        for tag in result.tags:
            by_tag.setdefault(tag, []).append(observation)
    tags = sorted((tag for tag in by_tag if len(by_tag[tag]) >= _FEWEST), key=lambda tag: (-len(by_tag[tag]), tag))
    found = [
        (tag, bar, evidence_for(bar, by_tag[tag], confidence=line.confidence))
        for tag in tags[:_MOST_TAGS]
        for bar in line.bars
        if bar.is_share and bar.kind is not BarKind.ANSWERED
    ]
    return _rank([one for one in found if one[2].interval is not None])


def _rank(found: Sequence[tuple[str, Bar, Evidence]]) -> tuple[Slice, ...]:
    adjusted = benjamini_hochberg([evidence.p_falls_short for _, _, evidence in found])
    slices = [
        Slice(tag=tag, bar=bar, evidence=evidence, p_value=p_value)
        for (tag, bar, evidence), p_value in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(slices, key=lambda one: one.p_value))


def slice_differences(
    pairs: Sequence[Pairs], candidate: EvalRun, *, confidence: float = 0.95
) -> tuple[SliceDifference, ...]:
    """Return the differences for each tag with five pairs or more, the least like chance first.

    Of more than 50 tags the most frequent are looked at.
    """
    by_tag: dict[str, set[str]] = {}
    for result in candidate.results:
        for tag in result.tags:
            by_tag.setdefault(tag, set()).add(result.case_id)
    tags = sorted((tag for tag in by_tag if len(by_tag[tag]) >= _FEWEST), key=lambda tag: (-len(by_tag[tag]), tag))
    measured = [
        (tag, one.name, measure_pairs(one.among(by_tag[tag]), confidence=confidence, seed=f"{candidate.id} {tag}"))
        for tag in tags[:_MOST_TAGS]
        for one in pairs
    ]
    found = [(tag, name, paired) for tag, name, paired in measured if paired and paired.delta.n >= _FEWEST]
    adjusted = benjamini_hochberg([paired.p_value for _, _, paired in found])
    slices = [
        SliceDifference(tag=tag, name=name, paired=paired, p_value=p_value)
        for (tag, name, paired), p_value in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(slices, key=lambda one: one.p_value))
