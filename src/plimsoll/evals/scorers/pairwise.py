"""Which of two answers is better? A judge asked twice, with the answers in both orders.

Models favour a place: what they prefer in one order they often drop in the other. A preference counts only where both
orders agree; `position_bias` counts how often they do not, and which place was favoured.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Literal

import msgspec
from pydantic import BaseModel, Field

from plimsoll.datasets import read_answer
from plimsoll.evals.judgement import cannot_tell
from plimsoll.evals.scorers.judge_feature import JudgeFeature
from plimsoll.features import Feature, Result
from plimsoll.line import Sample
from plimsoll.records import Case, Interval, Score, ScoreSource
from plimsoll.stats import wilson

_VALUES = {"win": 1.0, "tie": 0.5, "loss": 0.0}
_FIRST, _SECOND = "always the first", "always the second"


class Compared(BaseModel):
    """What a pairwise judge's prompt may show, as `input`."""

    input: dict[str, object]
    """The feature's input."""
    first: str
    """The answer that is shown first."""
    second: str
    """The answer that is shown second."""
    expected: dict[str, object]
    """What the case expects, without the reference answer."""


class Preference(BaseModel):
    """What a pairwise judge replies."""

    reason: str = Field(description="Why, in one or two sentences, before the verdict.")
    better: Literal["first", "second", "tie", "cannot tell"]


class PositionBias(msgspec.Struct, frozen=True, kw_only=True):
    """How often the order of two answers decided which is better."""

    pairs: int
    """Pairs on which both orders were ruled."""
    swapped: int
    """Pairs whose verdict turned with the order."""
    rate: Interval
    """Their share."""
    favours_first: Interval | None
    """Of those, the share in which the answer shown first was preferred; None where no verdict turned."""


@dataclass(frozen=True)
class PairwiseJudge:
    """A scorer that asks a model whether an answer is better than `expected.reference`."""

    name: str
    """The name that its scores carry, lower_snake_case."""
    _: KW_ONLY
    prompt: str
    """Path of the rubric's Markdown file; it may use `input.first`, `input.second`, `input.input`, `input.expected`."""
    model: str = "judge"
    """Name of a model in `plimsoll.toml`, or `provider/model`."""
    timeout_seconds: float = 60.0
    """Deadline of one of the two judgements, a retry included."""

    def __post_init__(self) -> None:
        """Let the definition of the feature refuse what could not run."""
        _ = self.feature

    @property
    def asks_model(self) -> bool:
        """Return True: its rulings are held against people before they are believed."""
        return True

    @cached_property
    def feature(self) -> Feature[Compared, Preference]:
        """Return the feature that does the asking."""
        return JudgeFeature(
            self.name,
            input=Compared,
            output=Preference,
            prompt=self.prompt,
            model=self.model,
            timeout_seconds=self.timeout_seconds,
        )

    def version_of(self, config_hash: str) -> str:
        """Return the judge's version, given the hash of what its feature runs with; empty where that is."""
        return hashlib.sha256(f"{config_hash}/pairwise".encode()).hexdigest() if config_hash else ""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Ask in both orders: 1 better, 0.5 a tie, 0 worse; better and tie pass. Raises NotBound.

        Does not apply without an answer or a reference. Where the verdict turns with the order it could not tell, and
        the label says which place was preferred.
        """
        answer, reference = read_answer(sample), case.expected.get("reference")
        if answer is None or not isinstance(reference, str):
            return None
        ours, theirs = await asyncio.gather(
            self._ask(case, sample, answer, reference), self._ask(case, sample, reference, answer)
        )
        return self._read(ours, theirs)

    async def _ask(self, case: Case, sample: Sample, *answers: str) -> Result[Preference]:
        first, second = answers
        hidden = {"reference", "verdicts"}
        expected = {name: value for name, value in case.expected.items() if name not in hidden}
        return await self.feature(Compared(input=sample.input, first=first, second=second, expected=expected))

    def _read(self, ours: Result[Preference], theirs: Result[Preference]) -> Score:
        version = self.version_of(ours.config_hash)
        if ours.value is None or theirs.value is None:
            score = cannot_tell(self.name, ours.message or theirs.message)
            return msgspec.structs.replace(score, source=ScoreSource.MODEL, by=self.model, version=version)
        label = _join(ours.value.better, theirs.value.better)
        value = _VALUES.get(label)
        return Score(
            name=self.name,
            value=value,
            passed=None if value is None else label != "loss",
            label=label,
            source=ScoreSource.MODEL,
            by=self.model,
            reason=ours.value.reason,
            version=version,
        )


def position_bias(scores: Sequence[Score]) -> PositionBias | None:
    """Return how often a pairwise judge's verdict turned with the order of the answers, with Wilson's intervals.

    None where no score is of a pair.
    """
    labels = [score.label for score in scores if score.label in {*_VALUES, _FIRST, _SECOND}]
    if not labels:
        return None
    turned = [label for label in labels if label not in _VALUES]
    return PositionBias(
        pairs=len(labels),
        swapped=len(turned),
        rate=wilson(len(turned), len(labels)),
        favours_first=wilson(turned.count(_FIRST), len(turned)) if turned else None,
    )


def _join(ours_first: str, ours_second: str) -> str:
    """Return what both orders say of our answer; `cannot tell` where one says so.

    A tie in one order and a preference in the other is a tie: the preference did not survive the swap.
    """
    if "cannot tell" in {ours_first, ours_second}:
        return "cannot tell"
    if "tie" in {ours_first, ours_second}:
        return "tie"
    if ours_first == ours_second:
        return _FIRST if ours_first == "first" else _SECOND
    return "win" if ours_first == "first" else "loss"
