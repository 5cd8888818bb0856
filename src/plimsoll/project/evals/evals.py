"""What holds features, models and judges against datasets: runs, the gate, adoption, and a judge's calibration.

`Project.evals` is one of these; the command line calls it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from plimsoll.errors import InvalidDataset, InvalidRequest, NotFound
from plimsoll.evals import (
    AdoptionReport,
    Calibration,
    EvalRun,
    Exported,
    GateReport,
    HistoryEntry,
    OnlineHealth,
    OnlineRate,
    RunFigures,
    choose_scorers,
    compare_cases,
    export_to_mlflow,
    figures_of,
    gate_run,
    slice_run,
    summarise_online,
    write_rubrics,
)
from plimsoll.features import AnyFeature, find_feature
from plimsoll.line import Line
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.evals.adoption import Adoption, AdoptionAsked
from plimsoll.project.evals.asked import EvalAsked
from plimsoll.project.evals.compared_runs import ComparedRuns, KeptRun, for_reader, texts_to_look_at, with_texts
from plimsoll.project.evals.history import read_history
from plimsoll.project.evals.incumbent import LATEST, find_incumbent, note_first_run
from plimsoll.project.evals.judges import Judges
from plimsoll.project.evals.runs import EvalWatch, evaluate_feature
from plimsoll.project.parts import Parts
from plimsoll.records import Principal


class Evals:
    """The evaluations of a project. Each method raises NotFound for an unknown feature or judge."""

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], folder: Path) -> None:
        self._parts = parts
        self._features = features
        self._folder = folder
        self._datasets = Datasets(parts, features=features, folder=folder)

    async def run(self, name: str, asked: EvalAsked | None = None, *, watch: EvalWatch | None = None) -> EvalRun:
        """Run a feature over its dataset as asked, score every case and keep the run.

        A run that its cost cap stops is returned incomplete. Raises InvalidDataset for a feature without a usable
        dataset, InvalidRequest for a run that cannot go on, BudgetExhausted where it would probably cost more than its
        cap, PriceUnknown where that cannot be told, and Overloaded where another process works on the run.
        """
        feature = find_feature(self._features, name)
        dataset = await self._datasets.load((asked and asked.dataset) or dataset_of(feature))
        return await evaluate_feature(
            self._parts,
            self._folder,
            feature,
            dataset=dataset,
            asked=asked or EvalAsked(),
            watch=watch or EvalWatch(),
        )

    async def gate(
        self, name: str, asked: EvalAsked | None = None, *, baseline: str = "", watch: EvalWatch | None = None
    ) -> GateReport:
        """Run a feature and hold the run against its line, and against a kept run where one is named.

        `latest` names the newest complete run of the feature on the dataset that was made at another revision; where
        there is none yet the line alone decides, and a note says so.
        """
        line = self.line_of(name)
        stored = await self._parts.evaluations.get(baseline) if baseline not in {"", LATEST} else None
        run = await self.run(name, asked, watch=watch)
        if baseline == LATEST:
            stored = await find_incumbent(self._parts.evaluations, run)
        report = gate_run(line, run, baseline=stored, calibrations=await self.calibrations())
        return note_first_run(report) if baseline == LATEST and stored is None else report

    async def adopt(
        self,
        name: str,
        models: Sequence[str],
        asked: AdoptionAsked | None = None,
        *,
        tell: Callable[[str, str], None] = lambda _, __: None,
        watch: EvalWatch | None = None,
    ) -> AdoptionReport:
        """Try models in a feature: dataset, edge probes, integration, recorded traffic; the verdict is the gate's.

        `tell` is told each model and step before it begins. Raises InvalidFeature and InvalidRequest.
        """
        feature = find_feature(self._features, name)
        adoption = Adoption(self._parts, self._folder, feature, line=self.line_of(name), asked=asked or AdoptionAsked())
        dataset = await self._datasets.load(dataset_of(feature))
        return await adoption.compare(models, dataset, tell=tell, watch=watch or EvalWatch())

    async def kept(self, run_id: str) -> EvalRun:
        """Return a kept run by its id or the beginning of it. Raises NotFound, InvalidRequest."""
        return await self._parts.evaluations.get(run_id)

    async def history(self, name: str, *, limit: int = 10) -> tuple[HistoryEntry, ...]:
        """Return a feature's newest runs, newest first: figures, what changed against the run before, what that did."""
        feature = find_feature(self._features, name)
        return await read_history(self._parts.evaluations, name, line=feature.line, limit=limit)

    async def export(self, run_id: str, *, mlflow: str, experiment: str = "") -> Exported:
        """Write a kept run to the MLflow tracking store of that address. Raises MissingPart, SourceUnavailable."""
        run = await self.kept(run_id)
        feature = self._features.get(run.feature)
        line = feature.line if feature else None
        return await asyncio.to_thread(export_to_mlflow, run, uri=mlflow, line=line, experiment=experiment)

    async def compare(self, baseline: str, candidate: str, *, caller: Principal | None = None) -> ComparedRuns:
        """Compare two kept runs case by case, with the texts that the caller may see: None for the person here.

        Each is named by its id or the beginning of it. Raises NotFound and InvalidRequest for a run that is not there.
        """
        before = await self._parts.evaluations.get(baseline)
        after = await self._parts.evaluations.get(candidate)
        feature = self._features.get(after.feature)
        line = feature.line if feature else None
        comparison = await asyncio.to_thread(compare_cases, before, after, line=line)
        return await with_texts(self._parts, comparison, caller or Principal.local())

    async def describe(self, run_id: str, *, caller: Principal | None = None) -> KeptRun:
        """Return a kept run, with the texts that the caller may see of the cases that did not pass.

        It is named by its id or the beginning of it. Raises NotFound and InvalidRequest for a run that is not there.
        """
        run = await self._parts.evaluations.get(run_id)
        feature, reader = self._features.get(run.feature), caller or Principal.local()
        line = feature.line if feature else None
        texts = await texts_to_look_at(self._parts, run, reader)
        known = await self.calibrations()
        return KeptRun(
            run=for_reader(run, texts, reader),
            report=await asyncio.to_thread(gate_run, line, run, calibrations=known) if line else None,
            slices=await asyncio.to_thread(slice_run, line, run) if line else (),
            texts=texts,
        )

    async def runs(self, feature: str | None = None, *, limit: int = 50) -> tuple[EvalRun, ...]:
        """Return the newest runs of a feature or of all, interrupted ones included, without their results."""
        return await self._parts.evaluations.list(feature, limit=limit)

    @property
    def judges(self) -> Judges:
        """Return the judges: calibrated, listed, compared with what they said before."""
        return Judges(self._parts, features=self._features, datasets=self._datasets)

    def write_rubrics(self) -> tuple[Path, ...]:
        """Write the rubrics that come with Plimsoll into `prompts/judges`; return the new ones."""
        return write_rubrics(self._folder)

    async def figures(self, run: EvalRun) -> RunFigures:
        """Return what the run's classes, numbers and graded scores come to over the cases that its dataset still holds.

        A run of a feature or a dataset that is gone has none.
        """
        feature = self._features.get(run.feature)
        scorers = choose_scorers(feature) if feature else ()
        try:
            dataset = await self._datasets.load(run.dataset)
        except (InvalidDataset, NotFound):
            return RunFigures()
        return figures_of(run, dataset.cases, scorers)

    async def online(self, name: str, *, days: float = 7) -> tuple[OnlineRate, ...]:
        """Return what scorers said of a feature's live requests in the last days, as rates over all of them."""
        feature = find_feature(self._features, name)
        await self._parts.online.drain()
        await self._parts.capture.flush()
        since = self._parts.clock.now() - timedelta(days=days)
        return summarise_online(
            await self._parts.traces.live_scores(feature.name, since=since), await self.calibrations()
        )

    def online_health(self) -> OnlineHealth:
        """Return how judging live requests goes in this process."""
        return self._parts.online.health()

    async def calibrations(self) -> tuple[Calibration, ...]:
        """Return the newest calibration of each version of each judge, newest first."""
        return await self._parts.calibrations.newest()

    def line_of(self, name: str) -> Line:
        """Return the line of a feature. Raises InvalidRequest when it has none."""
        feature = find_feature(self._features, name)
        if feature.line is None:
            raise InvalidRequest(
                f"The feature {name!r} has no line, so there is nothing to hold it against.",
                next_step="Draw one in its definition: line=Line(...).",
            )
        return feature.line


def dataset_of(feature: AnyFeature) -> str:
    """Return the name of the dataset that a feature is evaluated on. Raises InvalidDataset when it names none."""
    if feature.dataset is None:
        raise InvalidDataset(
            f"The feature {feature.name!r} names no dataset.",
            next_step="Name one in its definition: dataset='docs_answer'.",
        )
    return feature.dataset
