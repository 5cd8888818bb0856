"""How a corpus was cut, and which way to cut finds more: the operations behind `plimsoll knowledge chunks`.

Ways are compared in a corpus of their own in a folder that is thrown away; the project's own is not touched.
"""

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from plimsoll.datasets import Dataset, evidence_of
from plimsoll.evals import (
    RetrievalRun,
    RetrievalSettings,
    compare_retrieval,
    run_retrieval,
    summarise_retrieval,
)
from plimsoll.knowledge import Chunking, ChunkSize, Corpus, CorpusOptions, RetrievalResult, make_chunking
from plimsoll.project.knowledge.timed_embedder import TimedEmbedder
from plimsoll.project.operation_span import operation_span
from plimsoll.project.parts import Parts
from plimsoll.records import Interval, Passage, Principal
from plimsoll.stats import paired_mean
from plimsoll.store import Store

_BUCKET = 32
_MOST_LISTED = 5
WAYS = ("headings", "sentence_window", "fixed", "table_rows", "parent_child")
"""Strategies that are compared with the corpus's own, each with its default numbers."""


class CorpusCut(msgspec.Struct, frozen=True, kw_only=True):
    """How the documents of a corpus were cut."""

    corpus: str
    """The corpus."""
    chunking: str
    """Its strategy and numbers, as the settings say them now."""
    documents: int
    """Documents that have chunks."""
    chunks: int
    """Their chunks."""
    histogram: dict[int, int]
    """Chunks by size: the key is the least number of tokens of a bucket of 32."""
    longest: tuple[ChunkSize, ...]
    """The longest chunks."""
    cut: int
    """Chunks that begin or end within a sentence."""
    cut_documents: tuple[str, ...]
    """The documents with the most of them."""
    uncounted: int
    """Chunks whose document was read before tokens were counted."""
    truncated: dict[str, str]
    """Documents of which something was left out or is not read by the embedder, and what."""


class WayTried(msgspec.Struct, frozen=True, kw_only=True):
    """How one way to cut did."""

    chunking: str
    """Strategy and numbers."""
    chunks: int
    """Chunks that it made."""
    cut: int
    """Those that begin or end within a sentence."""
    embedding_seconds: float
    """Time that embedding them took."""
    figures: dict[str, float]
    """Means: recall@k, mrr, ndcg@10; and span_recall, span_precision, span_iou where the dataset has spans."""
    differences: dict[str, Interval]
    """Each figure minus that of the corpus's own way, paired by case; empty for that one."""

    def verdict(self, name: str) -> str:
        """Return what the difference of a figure says: better, worse, or cannot tell."""
        interval = self.differences.get(name)
        if interval is None:
            return ""
        return "better" if interval.low > 0 else "worse" if interval.high < 0 else "cannot tell"


class _Trial(msgspec.Struct, frozen=True):
    chunking: Chunking
    sizes: Sequence[ChunkSize]
    embedding_seconds: float
    run: RetrievalRun
    spans: dict[str, list[float]]


async def describe_cut(corpus: Corpus, chunking: Chunking) -> CorpusCut:
    """Return how the documents of the corpus were cut."""
    sizes = await corpus.chunk_sizes()
    counted = [size for size in sizes if size.tokens]
    cut = Counter(size.source for size in sizes if size.is_cut)
    rows = await corpus.documents()
    return CorpusCut(
        corpus=corpus.name,
        chunking=chunking.describe(),
        documents=len({size.source for size in sizes}),
        chunks=len(sizes),
        histogram=dict(sorted(Counter(size.tokens // _BUCKET * _BUCKET for size in counted).items())),
        longest=tuple(sorted(counted, key=lambda size: -size.tokens)[:_MOST_LISTED]),
        cut=cut.total(),
        cut_documents=tuple(source for source, _ in cut.most_common(_MOST_LISTED)),
        uncounted=len(sizes) - len(counted),
        truncated={row.source: row.truncated for row in rows if row.truncated},
    )


async def compare_ways(
    parts: Parts,
    own: Chunking,
    dataset: Dataset,
    *,
    paths: Sequence[Path],
    root: Path,
    k: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[WayTried, ...]:
    """Cut, embed and ask in each way; the corpus's own comes first, and the others are compared with it."""
    ways = list(dict.fromkeys([own, *(make_chunking(strategy) for strategy in WAYS)]))
    trials: list[_Trial] = []
    for place, chunking in enumerate(ways, start=1):
        trials.append(await _try(parts, chunking, dataset, paths=paths, root=root, k=k))
        if progress:
            progress(place, len(ways))
    return tuple(_tried(trial, trials[0], number) for number, trial in enumerate(trials))


async def _try(
    parts: Parts, chunking: Chunking, dataset: Dataset, *, paths: Sequence[Path], root: Path, k: int
) -> _Trial:
    embedder = TimedEmbedder(await parts.embedded.embedder(), parts.clock)
    with tempfile.TemporaryDirectory(prefix="plimsoll-chunks-") as name:
        folder = Path(name)
        store = await Store.open(f"sqlite:///{folder / 'state.db'}", schema="state", clock=parts.clock)
        try:
            corpus = await Corpus.open(
                "trial",
                store=store,
                folder=folder,
                embedder=embedder,
                tracer=parts.capture.tracer,
                clock=parts.clock,
                options=CorpusOptions(chunking=chunking),
            )
            try:
                with operation_span(
                    parts.capture.tracer, "measure trial", caller=Principal.local(), dataset=dataset.name
                ):
                    await corpus.ingest(list(paths), root=root)
                    seconds = embedder.seconds
                    found = _Noting(corpus)
                    settings = RetrievalSettings(corpus="trial", k=k)
                    run = await run_retrieval(dataset, found.retrieve, settings=settings, clock=parts.clock)
                return _Trial(chunking, await corpus.chunk_sizes(), seconds, run, _spans(dataset, run, found))
            finally:
                await corpus.close()
        finally:
            await store.close()


class _Noting:
    """Retrieves, and keeps what was found for each question."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self.found: dict[str, tuple[Passage, ...]] = {}

    async def retrieve(self, question: str, passages: int) -> RetrievalResult:
        """Return what the corpus finds."""
        result = await self._corpus.retrieve(question, passages=passages, caller=Principal.local())
        self.found[question] = result.passages
        return result


def _spans(dataset: Dataset, run: RetrievalRun, noted: _Noting) -> dict[str, list[float]]:
    """Return recall, precision and IoU of each case that says its evidence by source and span, in characters."""
    values: dict[str, list[float]] = {"span_recall": [], "span_precision": [], "span_iou": []}
    for case, asked in zip(dataset.cases, run.cases, strict=True):
        gold = {
            (one.source, place)
            for one in evidence_of(case)
            if one.start is not None and one.end is not None
            for place in range(one.start, one.end)
        }
        if not gold:
            continue
        passages = noted.found.get(asked.question, ())[: run.k]
        met = len(gold & {place for passage in passages for place in _places(passage, gold)})
        retrieved = sum(len(passage.text) for passage in passages)
        values["span_recall"].append(met / len(gold))
        values["span_precision"].append(met / max(1, retrieved))
        values["span_iou"].append(met / (len(gold) + retrieved - met))
    return {name: found for name, found in values.items() if found}


def _places(passage: Passage, gold: set[tuple[str, int]]) -> set[tuple[str, int]]:
    sources = {name for name, _ in gold if passage.source == name or passage.source.endswith(f"/{name}")}
    return {(name, passage.start + place) for name in sources for place in range(len(passage.text))}


def _tried(trial: _Trial, own: _Trial, number: int) -> WayTried:
    overall = summarise_retrieval(trial.run).overall
    means = {figure.name: figure.interval.estimate for figure in overall if figure.interval is not None}
    spans = {name: float(np.mean(values)) for name, values in trial.spans.items()}
    differences = {one.name: one.paired.delta for one in compare_retrieval(trial.run.run, own.run.run)}
    for name, values in trial.spans.items():
        differences[name] = paired_mean(own.spans[name], values, rng=np.random.default_rng(0)).delta
    return WayTried(
        chunking=trial.chunking.describe(),
        chunks=len(trial.sizes),
        cut=sum(size.is_cut for size in trial.sizes),
        embedding_seconds=trial.embedding_seconds,
        figures=means | spans,
        differences=differences if number else {},
    )
