"""Makes a scorer of any Python function, so that a project judges by its own rules."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import overload

import msgspec

from plimsoll.errors import InvalidFeature
from plimsoll.evals.judgement import cannot_tell
from plimsoll.line import Sample
from plimsoll.records import Case, Score

Judgement = float | bool | Score | None
"""What a function may return: a value, yes or no, a whole score, or None where it does not apply."""

_Function = Callable[[Case, Sample], Judgement | Awaitable[Judgement]]
_PASSES_FROM = 0.5


class FunctionScorer(msgspec.Struct, frozen=True, kw_only=True):
    """A scorer made of a function by `scorer`."""

    name: str
    """The name that its scores carry."""
    function: _Function
    """The function; one that is not async runs in a thread."""
    threshold: float = _PASSES_FROM
    """The least value that passes."""
    judges_abstentions: bool = False
    """True: it is asked about every request, and its pass rate reads abstentions; False: about answers only."""

    async def score(self, case: Case, sample: Sample) -> Score | None:
        """Return what the function says; does not apply without an answer unless it judges abstentions."""
        if sample.output is None and not self.judges_abstentions:
            return None
        if inspect.iscoroutinefunction(self.function):
            said = await self.function(case, sample)
        else:
            said = await asyncio.to_thread(self.function, case, sample)
            said = await said if inspect.isawaitable(said) else said
        return self._read(said)

    def _read(self, said: object) -> Score | None:
        if said is None:
            return None
        if isinstance(said, Score):
            passed = said.passed if said.value is not None else None
            is_open = passed is None and said.value is not None
            return msgspec.structs.replace(said, name=self.name, passed=self._passes(said.value) if is_open else passed)
        if not isinstance(said, bool | int | float) or said != said:  # noqa: PLR0124 - nan is the one unequal to itself
            return cannot_tell(self.name, f"It returned {said!r}, not a number, True, False, a Score or None.")
        value = float(said)
        return Score(name=self.name, value=value, passed=self._passes(value), by=self.name)

    def _passes(self, value: float | None) -> bool:
        return value is not None and value >= self.threshold


@overload
def scorer(function: _Function, /) -> FunctionScorer: ...
@overload
def scorer(
    *, name: str = "", threshold: float = _PASSES_FROM, judges_abstentions: bool = False
) -> Callable[[_Function], FunctionScorer]: ...
def scorer(
    function: _Function | None = None,
    *,
    name: str = "",
    threshold: float = _PASSES_FROM,
    judges_abstentions: bool = False,
) -> FunctionScorer | Callable[[_Function], FunctionScorer]:
    """Make a scorer of a function `(case, sample) -> float | bool | Score | None`, async or not.

    Use it bare (`@scorer`) or with settings (`@scorer(threshold=0.8)`). The scorer is named after the function unless
    a name is given; a number passes from the threshold up; None says that the scorer does not apply to this case. A
    function that raises could not tell: it is counted as missing. Raises InvalidFeature for what is not a function.
    """

    def make(function: _Function) -> FunctionScorer:
        chosen = name or getattr(function, "__name__", "")
        if not callable(function) or not chosen.isidentifier():
            raise InvalidFeature(
                f"scorer({function!r}) needs a named function of a case and a sample.",
                next_step="Write `@scorer` above `def my_scorer(case, sample): ...`, or pass name='my_scorer'.",
            )
        return FunctionScorer(
            name=chosen, function=function, threshold=threshold, judges_abstentions=judges_abstentions
        )

    return make if function is None else make(function)
