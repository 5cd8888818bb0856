"""Scorers that ask a model: a judge reads the case and the answer by a rubric of yours, and says pass, fail or neither.

A judge is a feature of one model call: its prompt is a file of the project, its reply is repaired and asked for once
more, its calls are traced, priced and limited like any other. Whatever goes wrong, it could not tell.
"""

import hashlib
from dataclasses import KW_ONLY, dataclass
from functools import cache, cached_property
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, Field, create_model

from plimsoll.datasets import read_answer
from plimsoll.errors import InvalidFeature
from plimsoll.evals.judgement import cannot_tell
from plimsoll.evals.scorers.judge_feature import JudgeFeature
from plimsoll.features import Feature, Result
from plimsoll.line import Sample
from plimsoll.records import Case, Score, ScoreSource

_MOST_LEVELS = 10


class Judged(BaseModel):
    """What a judge's prompt may show, as `input`."""

    input: dict[str, object]
    """The feature's input."""
    answer: str
    """The answer's text: the field `answer`, else all texts of the output."""
    output: dict[str, object]
    """The feature's whole output."""
    passages: list[str]
    """The passages that were retrieved, best first."""
    expected: dict[str, object]
    """What the case expects, without what people said of the answer."""


class Ruling(BaseModel):
    """What a judge of pass and fail replies."""

    reason: str = Field(description="Why, in one or two sentences, before the verdict.")
    verdict: Literal["pass", "fail", "cannot tell"]

    @property
    def label(self) -> str:
        """Return the verdict."""
        return self.verdict


class Grade(BaseModel):
    """What a judge of several levels replies."""

    reason: str = Field(description="Why, in one or two sentences, before the score.")
    score: int

    @property
    def label(self) -> str:
        """Return the score as a text."""
        return str(self.score)


@dataclass(frozen=True)
class Judge:
    """A scorer that asks a model by a rubric."""

    name: str
    """The name that its scores carry, lower_snake_case."""
    _: KW_ONLY
    prompt: str
    """Path of the rubric's Markdown file, relative to the project; it may use `input.answer`, `input.passages`, …"""
    model: str = "judge"
    """Name of a model in `plimsoll.toml`, or `provider/model`."""
    levels: int = 2
    """2: the model says pass or fail; 3 to 10: it gives a score from 1 to so many."""
    passes_from: int | None = None
    """The least score that passes, of three levels or more; None: the highest alone."""
    judges_abstentions: bool = False
    """Whether it is asked about requests without an answer as well."""
    timeout_seconds: float = 60.0
    """Deadline of one judgement, a retry included."""

    def __post_init__(self) -> None:
        """Refuse levels that make no scale; the definition of the feature refuses the rest."""
        if not 2 <= self.levels <= _MOST_LEVELS:  # noqa: PLR2004 - one level tells nothing apart
            raise InvalidFeature(f"Judge({self.name!r}): levels={self.levels!r} is not between 2 and {_MOST_LEVELS}.")
        if self.passes_from is not None and not 1 < self.passes_from <= self.levels:
            raise InvalidFeature(
                f"Judge({self.name!r}): passes_from={self.passes_from!r} is not between 2 and {self.levels}."
            )
        _ = self.feature

    @cached_property
    def feature(self) -> Feature[Judged, Ruling | Grade]:
        """Return the feature that does the asking."""
        return JudgeFeature(
            self.name,
            input=Judged,
            output=_reply_model(self.levels),
            prompt=self.prompt,
            model=self.model,
            timeout_seconds=self.timeout_seconds,
        )

    @property
    def asks_model(self) -> bool:
        """Return True: its rulings are held against people before they are believed."""
        return True

    def version_of(self, config_hash: str) -> str:
        """Return the judge's version, given the hash of what its feature runs with: rubric, model, reply; and scale.

        Empty where that hash is: nobody knows what gave the ruling.
        """
        facts = f"{config_hash}/{self.levels}/{self.passes_from}/{self.judges_abstentions}"
        return hashlib.sha256(facts.encode()).hexdigest() if config_hash else ""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Ask the model. Does not apply without an answer unless it judges abstentions; raises NotBound.

        A model that fails, or that twice says what cannot be read, could not tell.
        """
        if sample.output is None and not self.judges_abstentions:
            return None
        result = await self.feature(
            Judged(
                input=case.input,
                answer=read_answer(sample) or "",
                output=sample.output or {},
                passages=[passage.text for passage in sample.passages],
                expected={name: value for name, value in case.expected.items() if name != "verdicts"},
            )
        )
        return self._read(result)

    def _read(self, result: Result[Ruling | Grade]) -> Score:
        said, version = result.value, self.version_of(result.config_hash)
        if said is None:
            return msgspec.structs.replace(
                cannot_tell(self.name, result.message), source=ScoreSource.MODEL, by=self.model, version=version
            )
        value = self._value(said)
        return Score(
            name=self.name,
            value=value,
            passed=None if value is None else self._passes(said),
            label=said.label,
            source=ScoreSource.MODEL,
            by=self.model,
            reason=said.reason,
            version=version,
        )

    def _value(self, said: Ruling | Grade) -> float | None:
        """Return where the reply stands between worst and best, 0 to 1; None where the judge could not tell."""
        if isinstance(said, Grade):
            return (said.score - 1) / (self.levels - 1)
        return {"pass": 1.0, "fail": 0.0}.get(said.verdict)

    def _passes(self, said: Ruling | Grade) -> bool:
        if isinstance(said, Grade):
            return said.score >= (self.passes_from or self.levels)
        return said.verdict == "pass"


@cache
def _reply_model(levels: int) -> type[Ruling | Grade]:
    if levels == 2:  # noqa: PLR2004 - pass and fail
        return Ruling
    return create_model("Grade", __base__=Grade, score=Annotated[int, Field(ge=1, le=levels)])
