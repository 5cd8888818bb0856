"""A corpus whose vectors know nothing: its labels say so, and the fitted mix finds more."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from plimsoll.knowledge import (
    DEFAULT_MIX,
    Corpus,
    CorpusOptions,
    DeclaredSource,
    FittedRetrieval,
    FolderSource,
    LabelledLegs,
    LegMix,
    MixFit,
    Vectors,
    fit_mix,
)
from plimsoll.records import Passage, Principal

from flow.knowledge.opened import opened, write_files
from unit.knowledge.scripted_embedder import ScriptedEmbedder

pytestmark = pytest.mark.anyio
ME = Principal.local()
COUNT = 60
WORDS = LegMix(words=1.0, chunk=0.0, sentence=0.0)


class Noise(ScriptedEmbedder):
    """Gives every text a direction of its own, whatever it says."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) for text in texts]
        drawn = [np.random.default_rng(seed).standard_normal(8) for seed in seeds]
        return np.array([one / np.linalg.norm(one) for one in drawn], np.float32).reshape(-1, 8)


def noise() -> Noise:
    return Noise("noise", dimensions=8)


def using(mix: LegMix, *, model: str = "") -> CorpusOptions:
    return CorpusOptions(fitted=FittedRetrieval(mix=mix, mix_model=model))


def question(number: int) -> str:
    return f"What does the part kx{number} of shelf s{number % 7} weigh?"


async def fill(folder: Path, corpus: Corpus) -> None:
    write_files(
        folder, {f"docs/p{n}.md": f"The part kx{n} of shelf s{n % 7} weighs {n} grams.\n" for n in range(COUNT)}
    )
    await corpus.ingest(["docs"], root=folder)


async def fit(corpus: Corpus) -> MixFit:
    labelled: list[LabelledLegs] = []
    for number in range(COUNT):
        found = await corpus.weigh(question(number), caller=ME)
        sources = [passage.source for passage in found.passages]

        def measure(order: Sequence[int], gold: str = f"docs/p{number}.md", own: Sequence[str] = sources) -> float:
            return 1.0 / (1 + [own[place] for place in order].index(gold))

        labelled.append(LabelledLegs(id=str(number), cluster=str(number), legs=found.legs, measure=measure))
    return fit_mix(labelled)


async def first_places(corpus: Corpus) -> int:
    found = [await corpus.retrieve(question(number), passages=1, caller=ME) for number in range(COUNT)]
    return sum(one.passages[0].source == f"docs/p{number}.md" for number, one in enumerate(found))


async def test_labels_take_the_weight_from_legs_that_know_nothing_and_the_fitted_mix_finds_more(tmp_path: Path) -> None:
    async with opened(tmp_path, noise()) as corpus:
        await fill(tmp_path, corpus)
        before = await first_places(corpus)
        fitted = await fit(corpus)
    assert fitted.is_better
    assert fitted.mix.words > DEFAULT_MIX.words
    async with opened(tmp_path, noise(), options=using(fitted.mix, model="noise")) as corpus:
        assert await first_places(corpus) == COUNT > before


async def test_a_mix_of_another_embedding_model_gives_way_to_the_default_and_every_span_says_why(
    tmp_path: Path,
) -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    foreign = using(WORDS, model="another")

    async def ask(corpus: Corpus) -> tuple[Passage, ...]:
        return (await corpus.retrieve(question(3), caller=ME)).passages

    async with opened(tmp_path, noise()) as corpus:
        await fill(tmp_path, corpus)
        plain = await ask(corpus)
    async with opened(tmp_path, noise(), tracer=provider.get_tracer("tests"), options=foreign) as corpus:
        assert [one.score for one in await ask(corpus)] == [one.score for one in plain]
    [event] = [event for span in kept.get_finished_spans() for event in span.events]
    assert event.name == "fitted constants are not used"
    assert "'another'" in str((event.attributes or {})["plimsoll.reason"])


async def test_a_fitted_mix_changes_the_order_and_not_the_estimate_of_an_answer(tmp_path: Path) -> None:
    """Weights of answerability go with the score of the default mix, so another mix must not shift it."""
    async with opened(tmp_path, noise()) as corpus:
        await fill(tmp_path, corpus)
        plain = await corpus.retrieve(question(3), passages=50, caller=ME)
    async with opened(tmp_path, noise(), options=using(WORDS)) as corpus:
        other = await corpus.retrieve(question(3), passages=50, caller=ME)
    assert other.passages[0].source == "docs/p3.md"
    assert [one.score for one in other.passages] != [one.score for one in plain.passages]
    assert other.answerability == pytest.approx(plain.answerability, abs=1e-6)


async def test_nobody_weighs_what_they_may_not_read(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/a.md": "The part kx1 weighs 1 gram.\n"})
    source = DeclaredSource(name="", source=FolderSource(["docs"], root=tmp_path), readers=("user:ada",))
    async with opened(tmp_path, noise(), sources=[source]) as corpus:
        await corpus.sync()
        eve = await corpus.weigh(question(1), caller=Principal(id="user:eve"))
        ada = await corpus.weigh(question(1), caller=Principal(id="user:ada"))
    assert (len(eve.passages), eve.legs.shape, eve.signals) == (0, (0, 3), None)
    assert len(ada.passages) == 1
