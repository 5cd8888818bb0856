"""Has a judge changed? Its rulings on the same labelled answers, then and now.

Called by the project's operations after each calibration. Pure. A judge drifts where its model is replaced behind the
same name, and errs on other answers than it did: agreement on fixed anchors shows it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec
import numpy as np

from plimsoll.evals.calibration.calibration import Calibration, LabelledRuling, summarise_rulings
from plimsoll.line import not_worse
from plimsoll.records import Decision, Interval
from plimsoll.stats import PairedDifference, kappa_difference, paired_binary

FEWEST_ANCHORS = 10
"""Labelled answers that two calibrations share, below which they are not compared."""


class JudgeDrift(msgspec.Struct, frozen=True, kw_only=True):
    """A judge then and now, on the same labelled answers."""

    judge: str
    """The judge's name."""
    since: datetime
    """When the earlier rulings were made, in UTC."""
    is_same_version: bool
    """Whether rubric, model and scale are the same; if so, what changed is the model behind its name, or chance."""
    anchors: int
    """Labelled answers that both ruled on."""
    missing: int
    """Labelled answers that both were asked about and one could not tell."""
    flipped: tuple[str, ...]
    """Ids of the cases on which the two rulings differ."""
    kappa_before: Interval | None
    """Agreement with people then; None where it cannot be seen."""
    kappa_now: Interval | None
    """Agreement with people now."""
    kappa_delta: Interval | None
    """How much it rose, paired; None where it cannot be seen. Its ends are infinite where the cases cannot show it."""
    right: PairedDifference | None
    """Share of answers on which it says what people said: now minus then, with McNemar's p-value; None without any."""
    margin: float
    """How much smaller that share may be and still count as no loss."""
    decision: Decision
    """`holds`: no loss beyond the margin; `falls short`: a loss beyond it; else `cannot tell`."""


def find_anchors(now: Calibration, kept: Sequence[Calibration]) -> Calibration | None:
    """Return the calibration to compare with, of those kept (newest first): one with ten labelled answers in common.

    The oldest of the same version, since slow drift adds up; of another version only where there is none, the newest.
    """
    fitting = [one for one in kept if one.id != now.id and len(_common(one, now)) >= FEWEST_ANCHORS]
    same = [one for one in fitting if one.version == now.version]
    return same[-1] if same else next(iter(fitting), None)


def compare_calibrations(before: Calibration, now: Calibration, *, margin: float = 0.05) -> JudgeDrift:
    """Return whether the judge agrees with people as it did, on the answers that both calibrations hold alike."""
    asked = _common(before, now)
    both = [(old, new) for old, new in asked if old.passed is not None and new.passed is not None]
    old, new = [one for one, _ in both], [one for _, one in both]
    right = paired_binary(_right(old), _right(new)) if both else None
    return JudgeDrift(
        judge=now.judge,
        since=before.at,
        is_same_version=before.version == now.version,
        anchors=len(both),
        missing=len(asked) - len(both),
        flipped=tuple(one.case_id for one, other in both if one.passed is not other.passed),
        kappa_before=summarise_rulings(old).agreement,
        kappa_now=summarise_rulings(new).agreement,
        kappa_delta=_kappa_delta(old, new, seed=now.id) if both else None,
        right=right,
        margin=margin,
        decision=not_worse(right, margin),
    )


def _common(before: Calibration, now: Calibration) -> list[tuple[LabelledRuling, LabelledRuling]]:
    """Return the rulings of both on the same answers with the same label."""
    then = {(one.case_id, one.case_hash): one for one in before.rulings}
    pairs = ((then.get((one.case_id, one.case_hash)), one) for one in now.rulings)
    return [(old, new) for old, new in pairs if old is not None]


def _right(rulings: Sequence[LabelledRuling]) -> list[bool]:
    return [one.is_right is True for one in rulings]


def _kappa_delta(old: Sequence[LabelledRuling], new: Sequence[LabelledRuling], *, seed: str) -> Interval | None:
    labels, before, now = [one.label for one in new], [one.passed for one in old], [one.passed for one in new]
    if len({*labels, *before}) == 1 or len({*labels, *now}) == 1:
        return None
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8]))
    return kappa_difference(labels, before, now, rng=rng)
