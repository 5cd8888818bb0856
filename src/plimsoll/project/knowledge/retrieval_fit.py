"""What a dataset's labels make of a corpus's constants: the operation behind `plimsoll knowledge fit`.

It changes nothing. What is better beyond chance is shown as a table for `plimsoll.toml`, where it is reviewed like any
other change.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from plimsoll.datasets import Dataset
from plimsoll.errors import CallerError, InvalidRequest
from plimsoll.evals import LabelledQuestion, label_questions
from plimsoll.knowledge import (
    FINGERPRINT_SHOWN,
    AnswerFit,
    AnswerWeights,
    LabelledLegs,
    LabelledSignals,
    LegMix,
    MixFit,
    UsableConstants,
    WeighedCandidates,
    fit_answerability,
    fit_mix,
)
from plimsoll.project.operation_span import operation_span
from plimsoll.project.parts import Parts
from plimsoll.records import Principal

T = TypeVar("T")


class RetrievalFit(msgspec.Struct, frozen=True, kw_only=True):
    """What was fitted and what of it is worth keeping."""

    corpus: str
    """The corpus."""
    model: str
    """First characters of the fingerprint of its embedding model."""
    mix: MixFit | None
    """The mix of legs; None where too few questions have evidence."""
    answerability: AnswerFit | None
    """The weights of answerability; None where too few questions have an answer, or have none."""
    undecided: tuple[str, ...]
    """Why something was not fitted, and which settings are not used, a sentence each."""
    skipped: int
    """Questions that retrieval refused."""
    settings: str
    """What to put into `plimsoll.toml`; empty where everything stays."""


class _Weighed(msgspec.Struct, frozen=True):
    labelled: LabelledQuestion
    candidates: WeighedCandidates


async def fit_retrieval(
    parts: Parts,
    corpus: str,
    dataset: Dataset,
    *,
    caller: Principal,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalFit:
    """Fit the constants of a corpus. Raises NotFound for an unknown corpus, InvalidDataset for one without labels."""
    labelled = label_questions(dataset)
    with operation_span(parts.capture.tracer, f"fit {corpus}", caller=caller, dataset=dataset.name):
        weighed = await _weigh_all(parts, corpus, labelled, caller=caller, progress=progress)
    fingerprint = (await parts.corpora.get(corpus)).embedder.fingerprint
    in_use = parts.corpora.fitted(corpus).usable(fingerprint)
    undecided = list(in_use.unused)
    mix = _attempt(lambda: _fit_mix(weighed, in_use), undecided)
    answerability = _attempt(lambda: _fit_answerability(weighed, in_use), undecided)
    model = fingerprint[:FINGERPRINT_SHOWN]
    better: dict[str, LegMix | AnswerWeights] = {}
    if mix is not None and mix.is_better:
        better["mix"] = mix.mix
    if answerability is not None and answerability.is_better:
        better["answerability"] = answerability.weights
    return RetrievalFit(
        corpus=corpus,
        model=model,
        mix=mix,
        answerability=answerability,
        undecided=tuple(undecided),
        skipped=len(labelled) - len(weighed),
        settings=_as_settings(corpus, better, model=model),
    )


async def _weigh_all(
    parts: Parts,
    corpus: str,
    labelled: Sequence[LabelledQuestion],
    *,
    caller: Principal,
    progress: Callable[[int, int], None] | None,
) -> list[_Weighed]:
    opened = await parts.corpora.get(corpus)
    weighed: list[_Weighed] = []
    for done, one in enumerate(labelled, 1):
        try:
            weighed.append(_Weighed(one, await opened.weigh(one.question, caller=caller)))
        except CallerError:
            continue  # an endless question: counted by what is missing
        finally:
            if progress:
                progress(done, len(labelled))
    return weighed


def _attempt(fit: Callable[[], T], undecided: list[str]) -> T | None:
    try:
        return fit()
    except InvalidRequest as error:
        undecided.append(f"{error.message} {error.next_step}")
        return None


def _fit_mix(weighed: Sequence[_Weighed], in_use: UsableConstants) -> MixFit:
    labelled = [
        LabelledLegs(
            id=one.labelled.id,
            cluster=one.labelled.cluster,
            legs=one.candidates.legs,
            measure=one.labelled.measure(one.candidates.passages),
        )
        for one in weighed
        if one.labelled.evidence
    ]
    return fit_mix(labelled, in_use=in_use.mix)


def _fit_answerability(weighed: Sequence[_Weighed], in_use: UsableConstants) -> AnswerFit:
    labelled = [
        LabelledSignals(
            id=one.labelled.id,
            cluster=one.labelled.cluster,
            signals=one.candidates.signals,
            is_answerable=bool(one.labelled.evidence),
        )
        for one in weighed
        if one.candidates.signals is not None
    ]
    return fit_answerability(labelled, in_use=in_use.answerability)


def _as_settings(corpus: str, found: Mapping[str, LegMix | AnswerWeights], *, model: str) -> str:
    tables: list[str] = []
    for name, constants in found.items():
        lines = [f"{key} = {value:g}" for key, value in msgspec.structs.asdict(constants).items()]
        tables.append("\n".join([f"[knowledge.{corpus}.retrieval.{name}]", f'model = "{model}"', *lines, ""]))
    return "\n".join(tables)
