"""The newest answers of this process, so that the page of an answer can show whole passages.

Bounded. An answer that is not here any more, or was given by another process, is shown from its trace.
"""

from collections import OrderedDict

import msgspec
from pydantic import BaseModel

from plimsoll.features import Result
from plimsoll.records import Principal

_MOST_ANSWERS = 256


class RecentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A question with its result."""

    question: str
    """What was asked."""
    feature: str
    """Who was asked."""
    result: Result[BaseModel]
    """What came back."""
    caller: Principal
    """Who asked; nobody else is shown it."""


class RecentAnswers:
    """Answers by trace id; the oldest go first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[str, RecentAnswer] = OrderedDict()

    def keep(self, answer: RecentAnswer) -> None:
        """Remember the answer."""
        self._answers[answer.result.trace_id] = answer
        while len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)

    def find(self, trace_id: str, caller: Principal) -> RecentAnswer | None:
        """Return the answer that was given to this caller, or None."""
        answer = self._answers.get(trace_id)
        is_theirs = answer is not None and (answer.caller.id, answer.caller.tenant) == (caller.id, caller.tenant)
        return answer if is_theirs else None
