"""Asks scorers about one sample. A scorer is a plug-in: whatever it does, the run goes on.

Called by `run` for every request that was not lost to infrastructure. It stores nothing.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import cast

import msgspec

from plimsoll.evals.judgement import cannot_tell, shorten
from plimsoll.line import Sample, Scorer
from plimsoll.records import Case, Score


class Judgements(msgspec.Struct, frozen=True, kw_only=True):
    """What scorers said about one sample."""

    scores: dict[str, Score]
    """Scores by their scorers' names; without a value where one could not tell."""
    inapplicable: frozenset[str]
    """Names of the scorers that do not apply."""


async def score_case(
    case: Case, sample: Sample, scorers: Sequence[Scorer], *, timeout_seconds: float = 60.0
) -> Judgements:
    """Ask each scorer in turn; one that raises, returns nonsense or takes too long could not tell, and says why."""
    said = {scorer.name: await _ask(scorer, case, sample, timeout_seconds=timeout_seconds) for scorer in scorers}
    return Judgements(
        scores={name: score for name, score in said.items() if score is not None},
        inapplicable=frozenset(name for name, score in said.items() if score is None),
    )


async def _ask(scorer: Scorer, case: Case, sample: Sample, *, timeout_seconds: float) -> Score | None:
    try:
        async with asyncio.timeout(timeout_seconds):
            said = cast("object", await scorer.score(case, sample))
    except TimeoutError:
        return cannot_tell(scorer.name, f"It did not answer within {timeout_seconds:g} s.")
    except Exception as error:  # noqa: BLE001 - the plug-in boundary: a defect of a scorer is recorded as missing data
        return cannot_tell(scorer.name, shorten(f"It raised {type(error).__name__}: {error}"))
    if said is None:
        return None
    if not isinstance(said, Score):
        return cannot_tell(scorer.name, f"It returned a {type(said).__name__}, not a Score or None.")
    if said.value is not None and not math.isfinite(said.value):
        return cannot_tell(scorer.name, f"It returned the value {said.value!r}.")
    return msgspec.structs.replace(said, name=scorer.name, reason=shorten(said.reason))
