"""The feature through which a judge asks its model: its traces are judgements, not requests."""

from dataclasses import dataclass
from typing import ClassVar, TypeVar

from pydantic import BaseModel

from plimsoll.features import Feature

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)


@dataclass(frozen=True)
class JudgeFeature(Feature[In, Out]):
    """A feature that judges."""

    span_kind: ClassVar[str] = "judge"
