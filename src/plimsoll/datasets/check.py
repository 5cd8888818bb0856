"""What makes a dataset say more, or other, than it seems: doubles, cases on both sides of a split, cases in prompts.

Called by the project's operations. Pure: it is handed the cases and the prompts' texts.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec

from plimsoll.datasets.dataset import Dataset
from plimsoll.datasets.near_duplicates import Twins, find_twins, find_twins_between
from plimsoll.records import Case
from plimsoll.text import words

LEAKED_AT = 0.8
"""Share of an input's three-word runs that stand in a prompt, from which the prompt is said to hold the case."""

_RUN = 3
_FEWEST_WORDS = 5


class PromptLeak(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose input stands in a prompt, as a few-shot example does: the feature was told the question."""

    case_id: str
    """The case."""
    prompt: str
    """The prompt's path."""
    share: float
    """Share of the input's three-word runs that stand in it."""


class DatasetCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a dataset."""

    dataset: str
    """Its name."""
    version: str
    """Its content hash."""
    cases: int
    """Cases that were looked at."""
    doubles: tuple[Twins, ...]
    """Cases that say nearly the same as an earlier one: they weigh a question twice, and narrow intervals wrongly."""
    across: tuple[Twins, ...]
    """Cases that say nearly the same as one of the other dataset."""
    other: str
    """The dataset that `across` compares with; empty where there was none."""
    in_prompts: tuple[PromptLeak, ...]
    """Cases that stand in a prompt."""
    prompts: tuple[str, ...]
    """The prompts that were looked at."""

    @property
    def leaks(self) -> int:
        """Return how many cases leak: across the split or into a prompt."""
        return len({one.second for one in self.across} | {one.case_id for one in self.in_prompts})


def check_dataset(dataset: Dataset, *, other: Dataset | None, prompts: Mapping[str, str]) -> DatasetCheck:
    """Return the doubles of a dataset, what it shares with another one, and what of it stands in prompts by path.

    Doubles within one cluster are left out: such cases are known to depend on each other.
    """
    texts = _texts(dataset.cases)
    clusters = {case.id: case.cluster for case in dataset.cases}
    return DatasetCheck(
        dataset=dataset.name,
        version=dataset.version,
        cases=len(dataset.cases),
        doubles=tuple(
            one
            for one in find_twins(texts)
            if clusters[one.first] is None or clusters[one.first] != clusters[one.second]
        ),
        across=tuple(find_twins_between(_texts(other.cases), texts)) if other else (),
        other=other.name if other else "",
        in_prompts=tuple(find_in_prompts(texts, prompts)),
        prompts=tuple(sorted(prompts)),
    )


def find_in_prompts(texts: Mapping[str, str], prompts: Mapping[str, str]) -> Iterator[PromptLeak]:
    """Yield the texts that stand in a prompt, nearly or wholly; those of fewer than five words are not looked for."""
    runs = {path: _runs(words(text)) for path, text in sorted(prompts.items())}
    for name, text in texts.items():
        spoken = words(text)
        own = _runs(spoken)
        if len(spoken) < _FEWEST_WORDS:
            continue
        for path, known in runs.items():
            share = len(own & known) / len(own)
            if share >= LEAKED_AT:
                yield PromptLeak(case_id=name, prompt=path, share=share)


def _texts(cases: Sequence[Case]) -> dict[str, str]:
    return {case.id: "\n".join(_strings(case.input)) for case in cases}


def _strings(value: object) -> Iterator[str]:
    """Yield every text within an input, fields in order of their names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for _, part in sorted(cast("dict[str, object]", value).items()):
            yield from _strings(part)
    elif isinstance(value, list):
        for part in cast("list[object]", value):
            yield from _strings(part)


def _runs(spoken: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(spoken[at : at + _RUN]) for at in range(len(spoken) - _RUN + 1)}
