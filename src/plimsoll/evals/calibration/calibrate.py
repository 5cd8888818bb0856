"""Asks a judge about answers that people have judged.

Called by the project's operations. The answers stand in a dataset: `expected.output` (and `expected.passages`) is what
was judged, `expected.verdicts` what people said of it, by judge. Nothing is asked but the judge.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import cast

from plimsoll.datasets import Dataset, hash_case
from plimsoll.errors import InvalidDataset
from plimsoll.evals.calibration.calibration import Calibration, Disagreement, LabelledRuling, summarise_rulings
from plimsoll.evals.score_case import score_case
from plimsoll.evals.scorers import Judge, PairwiseJudge
from plimsoll.line import Sample
from plimsoll.records import Case, Clock, Outcome, Passage, Score, new_id

_MOST_AT_ONCE = 8
_FEWEST_LABELS = 10


async def calibrate_judge(
    judge: Judge | PairwiseJudge,
    dataset: Dataset,
    *,
    clock: Clock,
    is_drawn: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Calibration:
    """Ask the judge about every answer that people have judged, and return how the two agree.

    `is_drawn`: the labelled answers are a random draw of those that it judges. Raises InvalidDataset for too few.
    """
    labelled = _labelled(judge.name, dataset)
    scores = await _ask(judge, [case for case, _ in labelled], progress=progress)
    rulings = tuple(
        LabelledRuling(case_id=case.id, case_hash=hash_case(case), label=label, passed=score.passed if score else None)
        for (case, label), score in zip(labelled, scores, strict=True)
    )
    figures = summarise_rulings(rulings)
    return Calibration(
        id=new_id(clock),
        judge=judge.name,
        version=next((score.version for score in scores if score and score.version), ""),
        model=judge.model,
        dataset=dataset.name,
        dataset_version=dataset.version,
        is_drawn=is_drawn,
        counts=figures.counts,
        missing=sum(one.passed is None for one in rulings),
        agreement=figures.agreement,
        sensitivity=figures.sensitivity,
        specificity=figures.specificity,
        rulings=rulings,
        disagreements=tuple(
            Disagreement(case_id=one.case_id, label=one.label, reason=score.reason if score else "")
            for one, score in zip(rulings, scores, strict=True)
            if one.is_right is False
        ),
        at=clock.now(),
    )


def _labelled(judge: str, dataset: Dataset) -> list[tuple[Case, bool]]:
    """Return the cases that people labelled for the judge. Raises InvalidDataset for fewer than ten."""
    labelled = [(case, label) for case in dataset.cases if (label := _label_of(case, judge)) is not None]
    if len(labelled) < _FEWEST_LABELS:
        raise InvalidDataset(
            f"{dataset.name!r} holds {len(labelled)} labels for the judge {judge!r}; at least {_FEWEST_LABELS} "
            "are needed to say anything.",
            next_step=f'Write `"expected": {{"output": {{...}}, "verdicts": {{"{judge}": true}}}}` in its cases.',
        )
    return labelled


async def _ask(
    judge: Judge | PairwiseJudge, cases: Sequence[Case], *, progress: Callable[[int, int], None] | None
) -> list[Score | None]:
    at_once = asyncio.Semaphore(_MOST_AT_ONCE)
    done = 0

    async def ask(case: Case) -> Score | None:
        nonlocal done
        async with at_once:
            said = await score_case(case, _sample(case), [judge], timeout_seconds=judge.timeout_seconds + 1)
        done += 1
        if progress is not None:
            progress(done, len(cases))
        return said.scores.get(judge.name)

    return await asyncio.gather(*map(ask, cases))


def _label_of(case: Case, judge: str) -> bool | None:
    verdicts = case.expected.get("verdicts")
    label = cast("dict[str, object]", verdicts).get(judge) if isinstance(verdicts, dict) else None
    return label if isinstance(label, bool) else None


def _sample(case: Case) -> Sample:
    """Return the answer that people judged, as a judge reads it."""
    output = case.expected.get("output")
    texts = cast("list[str]", case.expected.get("passages", []))
    return Sample(
        input=case.input,
        output=cast("dict[str, object]", output) if isinstance(output, dict) else None,
        outcome=Outcome.ANSWERED if isinstance(output, dict) else Outcome.ABSTAINED,
        passages=tuple(
            Passage(chunk_id=str(place), document_id=str(place), source="", title="", text=text)
            for place, text in enumerate(texts)
        ),
    )
