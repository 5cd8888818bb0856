"""An open project: every operation on it, once.

The command line, the server and the console call these methods; `plimsoll.open` makes the object.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from pydantic import BaseModel

from plimsoll.access import Keys
from plimsoll.errors import InvalidDataset, InvalidRequest
from plimsoll.evals import (
    Dataset,
    EvalRun,
    GateReport,
    RunProgress,
    RunSettings,
    gate_run,
    load_dataset,
    read_revision,
    run_dataset,
)
from plimsoll.features import AnyFeature, Result, find_feature, question_field
from plimsoll.knowledge import DocumentRow, IngestProgress, IngestReport
from plimsoll.line import Line
from plimsoll.project.doctor import examine
from plimsoll.project.overview import describe_project
from plimsoll.project.parts import Parts
from plimsoll.project.settings import Settings
from plimsoll.project.status import Check, ModelInUse, ProjectStatus
from plimsoll.records import Principal
from plimsoll.traces import Trace, TraceFilter, TraceSummary

DATASETS_FOLDER = "datasets"


class Project:
    """A project that is open. Make one with `async with plimsoll.open(".") as project`."""

    def __init__(self, *, folder: Path, settings: Settings, features: Mapping[str, AnyFeature], parts: Parts) -> None:
        self.folder = folder
        self.settings = settings
        self.features = dict(features)
        self._parts = parts

    @property
    def keys(self) -> Keys:
        """Return the access keys of the project."""
        return self._parts.keys

    @property
    def models(self) -> tuple[ModelInUse, ...]:
        """Return which model each alias stands for."""
        return self._parts.models

    async def ask(self, text: str, *, feature: str = "", caller: Principal | None = None) -> Result[BaseModel]:
        """Ask a feature one question in plain words: the named feature, or the project's default.

        Raises NotFound for an unknown feature, InvalidRequest when its input is not one question.
        """
        asked = find_feature(self.features, feature or self.settings.project.default_feature)
        return await self.run_feature(asked.name, {question_field(asked): text}, caller=caller)

    async def run_feature(
        self, name: str, payload: Mapping[str, object], *, caller: Principal | None = None
    ) -> Result[BaseModel]:
        """Run a feature on a JSON object. Raises NotFound and, for a payload of another shape, InvalidRequest."""
        feature = find_feature(self.features, name)
        return await self._parts.runner.run(feature, feature.parse_input(payload), caller)

    async def ingest(
        self,
        paths: Sequence[Path] = (),
        *,
        corpus: str = "",
        progress: Callable[[IngestProgress], None] | None = None,
    ) -> IngestReport:
        """Read files and folders into a corpus: the given ones, or those that the settings declare for it."""
        name = corpus or self.default_corpus()
        opened = await self._parts.corpora.get(name)
        declared = [self.folder / path for path in self.settings.knowledge[name].paths]
        return await opened.ingest(list(paths) or declared, root=self.folder, progress=progress)

    async def documents(self, corpus: str = "") -> list[DocumentRow]:
        """Return the documents of a corpus, those that could not be read included."""
        return list(await (await self._parts.corpora.get(corpus or self.default_corpus())).documents())

    async def traces(self, where: TraceFilter | None = None, *, within: timedelta | None = None) -> list[TraceSummary]:
        """Return the traces that the filter lets through, newest first; `within` keeps those of the last while."""
        await self._parts.capture.flush()
        where = where or TraceFilter()
        if within is not None:
            where = msgspec.structs.replace(where, since=self._parts.clock.now() - within)
        return await self._parts.traces.list(where)

    async def trace(self, trace_id: str) -> Trace:
        """Return one trace by its id or the beginning of it. Raises NotFound."""
        await self._parts.capture.flush()
        return await self._parts.traces.get(trace_id)

    async def evaluate(self, name: str, *, progress: Callable[[RunProgress], None] | None = None) -> EvalRun:
        """Run a feature over its dataset, score every case and keep the run.

        Raises NotFound for an unknown feature and InvalidDataset for one without a usable dataset.
        """
        feature = find_feature(self.features, name)
        dataset = load_dataset(self._dataset_path(feature))
        _require_fitting(dataset, feature)
        configuration = self._parts.runner.check(feature)
        run = await run_dataset(
            feature,
            dataset,
            runtime=self._parts.runner,
            evaluations=self._parts.evaluations,
            settings=RunSettings(
                config_hash=configuration.config_hash,
                model=configuration.model,
                revision=read_revision(self.folder),
            ),
            clock=self._parts.clock,
            progress=progress,
        )
        await self._parts.traces.add_scores(run.scores)
        return run

    async def gate(
        self, name: str, *, baseline: str = "", progress: Callable[[RunProgress], None] | None = None
    ) -> GateReport:
        """Evaluate a feature and hold the run against its line, and against a stored run where one is named."""
        line = self.line_of(name)
        stored = await self._parts.evaluations.get(baseline) if baseline else None
        run = await self.evaluate(name, progress=progress)
        return gate_run(line, run, baseline=stored)

    def line_of(self, name: str) -> Line:
        """Return the line of a feature. Raises InvalidRequest when it has none."""
        feature = find_feature(self.features, name)
        if feature.line is None:
            raise InvalidRequest(
                f"The feature {name!r} has no line, so there is nothing to hold it against.",
                next_step="Draw one in its definition: line=Line(...).",
            )
        return feature.line

    async def status(self) -> ProjectStatus:
        """Return the project at a glance: models, features against their lines, corpora."""
        await self._parts.capture.flush()
        return await describe_project(self.settings, self.features, self._parts)

    async def examine(self) -> list[Check]:
        """Return what is right and wrong with the project and the machine, worst first."""
        return await examine(self.folder, self.settings, features=self.features, parts=self._parts)

    async def warm_up(self) -> None:
        """Load the embedding model and open every corpus, so that the first question does not wait for it."""
        for name in self.settings.knowledge:
            await self._parts.corpora.get(name)

    async def tidy(self) -> int:
        """Delete the traces that are older than `[traces] keep_days`; return how many rows went."""
        oldest = self._parts.clock.now() - timedelta(days=self.settings.traces.keep_days)
        return await self._parts.traces.prune(oldest)

    async def erase(self, subject: str) -> int:
        """Erase what is kept about a person: their traces with scores, and their keys; return how many rows went."""
        await self._parts.capture.flush()
        return await self._parts.traces.erase(subject) + await self._parts.keys.erase(subject)

    def default_corpus(self) -> str:
        """Return the corpus of the default feature, or the only one there is."""
        feature = self.features.get(self.settings.project.default_feature)
        if feature is not None and feature.retrieval is not None:
            return feature.retrieval.corpus
        names = list(self.settings.knowledge)
        if len(names) == 1:
            return names[0]
        raise InvalidRequest(
            f"The project has several corpora: {', '.join(names)}.", next_step="Name one with --corpus NAME."
        )

    def _dataset_path(self, feature: AnyFeature) -> Path:
        if feature.dataset is None:
            raise InvalidDataset(
                f"The feature {feature.name!r} names no dataset.",
                next_step="Name one in its definition: dataset='docs_answer'.",
            )
        return self.folder / DATASETS_FOLDER / f"{feature.dataset}.jsonl"


def _require_fitting(dataset: Dataset, feature: AnyFeature) -> None:
    """Refuse a dataset of which not one case is of the feature's input; single misfits are results of the run."""
    refusals: list[InvalidRequest] = []
    for case in dataset.cases:
        try:
            feature.parse_input(case.input)
        except InvalidRequest as error:
            refusals.append(error)
    if len(refusals) == len(dataset.cases):
        raise InvalidDataset(
            f"No case of the dataset {dataset.name!r} fits the feature. {refusals[0].message}",
            next_step=refusals[0].next_step,
        )
