"""The four steps before a model is adopted: the dataset, edge probes, integration, recorded traffic. One table.

`Evals.adopt` calls it. Each step goes through the feature like any request; the verdict is the gate's.
"""

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from plimsoll.datasets import (
    Dataset,
    KeptCase,
    Wanted,
    gather_cases,
    version_of,
)
from plimsoll.errors import InvalidDataset, InvalidRequest, NotFound
from plimsoll.evals import (
    AdoptionReport,
    EvalRun,
    Integration,
    ModelTrial,
    ProbeFigure,
    RunSettings,
    ShadowFigure,
    cost_of,
    figure_probes,
    gate_run,
    integrate,
    make_probes,
    p95_of,
    run_dataset,
    withstands_probe,
)
from plimsoll.features import AnyFeature, question_field
from plimsoll.line import Line
from plimsoll.project.evals.asked import EvalAsked
from plimsoll.project.evals.runs import EvalWatch, evaluate_feature
from plimsoll.project.parts import Parts
from plimsoll.records import LOCAL_TENANT, Outcome, Principal
from plimsoll.stats import wilson
from plimsoll.traces import MOST_TRACES, TraceFilter, TraceSummary, TrafficKind

_MOST_MODELS = 10
_NO_TRACE = "0" * 32
_SHADOW = Principal(id="shadow:adopt")
"""Who asks what users asked: nobody of them, so that only documents open to everyone are read."""


class AdoptionAsked(msgspec.Struct, frozen=True, kw_only=True):
    """How models are to be tried."""

    probe_cases: int = 5
    """Cases of the dataset that are made harder in each way; 0: no probes."""
    shadow: int = 50
    """Recorded requests to ask again, 500 at most; 0: none."""
    repeats: int = 1
    """How often each case of the dataset is asked for."""
    max_cost_usd: float | None = None
    """The most that one model's run on the dataset may cost; None: no cap."""


class _Traffic(NamedTuple):
    """What users asked, and how it ended."""

    dataset: Dataset | None
    outcomes: Mapping[str, Outcome]
    left_out: Mapping[str, int]


class Adoption:
    """One comparison of models for a feature."""

    def __init__(self, parts: Parts, folder: Path, feature: AnyFeature, *, line: Line, asked: AdoptionAsked) -> None:
        if not 0 <= asked.shadow <= MOST_TRACES:
            raise InvalidRequest(f"shadow={asked.shadow!r} is not between 0 and {MOST_TRACES}.")
        self._parts = parts
        self._folder = folder
        self._feature = feature
        self._line = line
        self._asked = asked

    async def compare(
        self, models: Sequence[str], dataset: Dataset, *, tell: Callable[[str, str], None], watch: EvalWatch
    ) -> AdoptionReport:
        """Try the feature's own model and the others; `tell` is told each model and step before it begins."""
        _check_models(models, own=self._feature.model)
        for model in models:
            self._parts.runner.check(dataclasses.replace(self._feature, model=model))
        notes: list[str] = []
        probes = self._probes(dataset, notes)
        traffic = await self._traffic(notes)
        trials: list[ModelTrial] = []
        baseline: EvalRun | None = None
        for model in (self._feature.model, *models):
            tell(model, "dataset")
            asked = EvalAsked(model=model, repeats=self._asked.repeats, max_cost_usd=self._asked.max_cost_usd)
            run = await evaluate_feature(
                self._parts, self._folder, self._feature, dataset=dataset, asked=asked, watch=watch
            )
            trials.append(await self._try(model, run, baseline, probes=probes, traffic=traffic, tell=tell))
            baseline = baseline or run
        return AdoptionReport(
            feature=self._feature.name,
            dataset=dataset.name,
            dataset_version=dataset.version,
            incumbent=trials[0],
            candidates=tuple(trials[1:]),
            notes=tuple(notes),
        )

    async def _try(
        self,
        model: str,
        run: EvalRun,
        baseline: EvalRun | None,
        *,
        probes: Dataset | None,
        traffic: _Traffic,
        tell: Callable[[str, str], None],
    ) -> ModelTrial:
        known = await self._parts.calibrations.newest()
        tell(model, "edge probes")
        probed = await self._probe(model, probes) if probes else ()
        tell(model, "recorded traffic")
        shadow = await self._shadow(model, traffic) if traffic.dataset else None
        return ModelTrial(
            alias=model,
            model=run.model,
            run_id=run.id,
            gate=gate_run(self._line, run, baseline=baseline, calibrations=known),
            mean_cost=cost_of(run),
            p95_ms=p95_of(run),
            integration=await self._integrate(run),
            probes=probed,
            shadow=shadow,
        )

    def _probes(self, dataset: Dataset, notes: list[str]) -> Dataset | None:
        if not self._asked.probe_cases:
            return None
        try:
            field = question_field(self._feature)
            return make_probes(dataset, field, cases=self._asked.probe_cases, accepts=self._accepts)
        except (InvalidRequest, InvalidDataset) as error:
            notes.append(f"There were no edge probes. {error.message}")
            return None

    def _accepts(self, given: dict[str, object]) -> bool:
        try:
            self._feature.parse_input(given)
        except InvalidRequest:
            return False
        return True

    async def _probe(self, model: str, probes: Dataset) -> tuple[ProbeFigure, ...]:
        """Ask the feature without its line: a case made harder has no expectation that its scorers could read."""
        varied = dataclasses.replace(self._feature, model=model, line=None)
        settings = RunSettings(scorers=(withstands_probe,), model=model)
        run = await run_dataset(varied, probes, runtime=self._parts.runner, clock=self._parts.clock, settings=settings)
        return figure_probes(run)

    async def _integrate(self, run: EvalRun) -> Integration:
        await self._parts.capture.flush()
        events: list[list[str]] = []
        for one in run.results:
            # A trace may have been dropped, or erased meanwhile: it is not counted, and the run is not lost for it.
            with contextlib.suppress(NotFound):
                trace = await self._parts.traces.get(one.trace_id or _NO_TRACE)
                events.append([event.name for span in trace.spans for event in span.events])
        return integrate(run, events)

    async def _traffic(self, notes: list[str]) -> _Traffic:
        """Return the newest requests of users as cases, without those that rest on closed documents."""
        if not self._asked.shadow:
            return _Traffic(None, {}, {})
        await self._parts.capture.flush()
        wanted = TraceFilter(
            feature=self._feature.name, traffic=TrafficKind.LIVE, tenant=LOCAL_TENANT, limit=self._asked.shadow
        )
        traces = [one for one in await self._parts.traces.list(wanted) if one.subject != _SHADOW.id]
        gathered = gather_cases(traces, {}, Wanted())
        if not gathered.cases:
            notes.append("There was no recorded traffic to ask again: no trace of this feature can be a case.")
            return _Traffic(None, {}, gathered.left_out)
        cases = [one.case for one in gathered.cases]
        dataset = Dataset(name="recorded traffic", cases=tuple(cases), version=version_of(cases))
        return _Traffic(dataset, _outcomes(gathered.cases, traces), gathered.left_out)

    async def _shadow(self, model: str, traffic: _Traffic) -> ShadowFigure | None:
        """Ask what users asked, and leave no second copy of it: neither run nor traces are kept."""
        if traffic.dataset is None:
            return None
        varied = dataclasses.replace(self._feature, model=model)
        settings = RunSettings(caller=_SHADOW, model=model)
        try:
            run = await run_dataset(
                varied, traffic.dataset, runtime=self._parts.runner, clock=self._parts.clock, settings=settings
            )
        finally:
            await self._parts.capture.flush()
            await self._parts.traces.erase(_SHADOW.id)
            self._parts.gateway.erase(_SHADOW.id)
        same = [one.outcome is traffic.outcomes[one.case_id] for one in run.results]
        return ShadowFigure(
            requests=len(run.results),
            left_out=dict(traffic.left_out),
            report=gate_run(self._line, run, calibrations=await self._parts.calibrations.newest()),
            same_outcome=wilson(sum(same), len(same)),
        )


def _check_models(models: Sequence[str], *, own: str) -> None:
    doubled = [name for name, count in Counter([own, *models]).items() if count > 1]
    if not models or doubled or len(models) > _MOST_MODELS:
        problem = f"{doubled[0]!r} was named twice, or is the feature's own" if doubled else f"{len(models)} were named"
        raise InvalidRequest(
            f"One to {_MOST_MODELS} other models can be tried, each once: {problem}.",
            next_step="`plimsoll models list` names the models of this project.",
        )


def _outcomes(cases: Sequence[KeptCase], traces: Sequence[TraceSummary]) -> dict[str, Outcome]:
    """Return how each request ended when a user made it; one without an end counts as failed."""
    ended = {trace.trace_id: trace.outcome or Outcome.FAILED for trace in traces}
    return {one.case.id: ended[one.case.source_trace_id or ""] for one in cases}
