"""How well `grounded` separates what passages support from what they do not, by people's labels; no model."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import msgspec
import numpy as np

from plimsoll.line import Sample
from plimsoll.records import Case, Citation, Interval, Outcome, Passage
from plimsoll.scorers import Grounded
from plimsoll.stats import bootstrap_interval, roc_area

_MIDDLE = 0.7
_UNTOLD = 0.5


class GroundingFigures(msgspec.Struct, frozen=True, kw_only=True):
    """How well values rank supported texts above others."""

    texts: int
    """Texts that people labelled."""
    without_claim: int
    """Texts of which no sentence carries a claim that words could be checked for."""
    area: Interval
    """Area under the ROC curve over texts with a claim; bootstrap over whole sources."""
    area_by_formula: Interval
    """The same with DeLong's interval, clustered."""
    area_of_all: Interval
    """Over all texts, those without a claim valued at one half."""
    told: int
    """Texts that the scorer's own band decides."""
    passed_supported: Interval
    """Of what it passes, the share that people call supported."""
    failed_unsupported: Interval
    """Of what it fails, the share that people do not call supported."""


class LabelledText(msgspec.Struct, frozen=True, kw_only=True):
    """A text, what it rests on, and what people said of it."""

    text: str
    source: str
    is_supported: bool


def read_begin(data: Path) -> list[LabelledText]:
    """Return the responses of BEGIN (Wizard of Wikipedia) with their knowledge snippets."""
    rows = _rows(data / "begin_groundedness" / "data.jsonl")
    return [
        LabelledText(
            text=str(row["response"]),
            source=str(row["knowledge"]),
            is_supported=row["begin_label"] == "Fully attributable",
        )
        for row in rows
    ]


def read_wice(data: Path) -> list[LabelledText]:
    """Return the claims of WiCE with the sentences of the cited page; partly supported counts as not supported."""
    rows = _rows(data / "wice_unsupported_tokens" / "claims.jsonl")
    return [
        LabelledText(
            text=str(row["claim"]),
            source="\n".join(map(str, _list(row["evidence"]))),
            is_supported=row["label"] == "supported",
        )
        for row in rows
    ]


async def measure_grounding(texts: Sequence[LabelledText]) -> GroundingFigures:
    """Score each text with the scorer as it is, and once without its band for the value that the area is of."""
    ruled = [await _score(Grounded(), one) for one in texts]
    valued = [await _score(Grounded(supported_from=_MIDDLE, unsupported_below=_MIDDLE), one) for one in texts]
    kept = [(value, one) for (value, _), one in zip(valued, texts, strict=True) if value is not None]
    passed = [one.is_supported for (_, says), one in zip(ruled, texts, strict=True) if says is True]
    failed = [not one.is_supported for (_, says), one in zip(ruled, texts, strict=True) if says is False]
    values, labels = [value for value, _ in kept], [one.is_supported for _, one in kept]
    sources = [one.source for _, one in kept]
    everyone = [_UNTOLD if value is None else value for value, _ in valued]
    return GroundingFigures(
        texts=len(texts),
        without_claim=len(texts) - len(kept),
        area=bootstrap_area(values, labels, sources),
        area_by_formula=roc_area(values, labels, clusters=sources),
        area_of_all=bootstrap_area(everyone, [one.is_supported for one in texts], [one.source for one in texts]),
        told=len(passed) + len(failed),
        passed_supported=_share(passed),
        failed_unsupported=_share(failed),
    )


def bootstrap_area(values: Sequence[float], labels: Sequence[bool], clusters: Sequence[str]) -> Interval:
    """Return the area under the ROC curve with a bootstrap interval over clusters; ties count half."""
    vector, positive = np.asarray(values, np.float64), np.asarray(labels, np.bool_)
    order = np.argsort(vector, kind="stable")
    _, group = np.unique(vector[order], return_inverse=True)
    marks = positive[order]

    def area(weights: np.ndarray) -> float:
        drawn = weights[order]
        good = np.bincount(group, weights=drawn * marks)
        bad = np.bincount(group, weights=drawn * ~marks)
        below = np.cumsum(bad) - bad
        total = good.sum() * bad.sum()
        return float((good * (below + bad / 2)).sum() / total) if total else float("nan")

    return bootstrap_interval(area, len(vector), rng=np.random.default_rng(7), clusters=list(clusters))


async def _score(scorer: Grounded, one: LabelledText) -> tuple[float | None, bool | None]:
    passage = Passage(chunk_id="c", document_id="d", source="source", title="", text=one.source)
    # The citation names the passage and quotes nothing: a quotation would count as support by itself.
    citation = Citation(chunk_id="c", document_id="d", source="source", title="", start=0, end=0, quote="")
    sample = Sample(
        input={},
        output={"answer": one.text},
        outcome=Outcome.ANSWERED,
        citations=(citation,),
        passages=(passage,),
    )
    score = await scorer.score(Case(id="case", input={}), sample)
    return (score.value, score.passed) if score else (None, None)


def _share(flags: Sequence[bool]) -> Interval:
    weights_of = np.asarray(flags, np.float64)

    def share(weights: np.ndarray) -> float:
        return float(np.average(weights_of, weights=weights)) if weights.sum() else float("nan")

    return bootstrap_interval(share, len(flags), rng=np.random.default_rng(7))


def _rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _list(value: object) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []
