"""What evaluations showed: kept runs, two of them side by side, figures over time, judges, and datasets.

Runs and datasets are the project's own: keys of its own tenant read their figures. What was asked and answered is shown
to whom its trace is shown, and the cases of a dataset to administrators.
"""

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import Forbidden, InvalidRequest, NotFound
from plimsoll.evals import EvalRun, HistoryEntry, JudgeStanding
from plimsoll.project import ComparedRuns, DatasetCard, DatasetPage, KeptRun
from plimsoll.records import LOCAL_TENANT, Case, Principal, Verdict
from plimsoll.server.auth import require
from plimsoll.server.knowledge_query import read_first
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of

CASES_A_PAGE = 50
_MOST_RUNS = 500
_MOST_HISTORY = 20


class FeatureRuns(msgspec.Struct, frozen=True, kw_only=True):
    """A feature with its newest runs."""

    feature: str
    """The feature's name."""
    has_line: bool
    """Whether the feature has a line today; False too for a feature that is gone."""
    runs: tuple[EvalRun, ...]
    """Its newest runs without their results, newest first."""
    verdict: Verdict | None = None
    """What its newest complete run says of its line; None without one or the other."""
    reason: str = ""
    """Why, in one sentence."""


class DatasetView(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset with a page of its cases."""

    page: DatasetPage
    """The dataset in numbers."""
    cases: tuple[Case, ...]
    """50 of its cases, from `first` on; none for who is no administrator."""
    first: int
    """The place of the first one, counted from 0."""
    next: int | None
    """The place of the next page; None on the last."""


async def list_runs(request: Request) -> Response:
    """`GET /api/evals`: each feature with its newest runs, without their results."""
    require_reader(request)
    return render_json({"features": await find_judged_features(request)})


async def show_run(request: Request) -> Response:
    """`GET /api/evals/runs/{run_id}`: a run with its results, what its line says, its slices, and texts of cases."""
    return render_json(await find_run(request, require_reader(request)))


async def compare_runs(request: Request) -> Response:
    """`GET /api/evals/compare`: the run `candidate` beside the run `baseline`, case by case."""
    return render_json(await find_comparison(request, require_reader(request)))


async def show_history(request: Request) -> Response:
    """`GET /api/evals/history/{feature}`: its newest 20 runs with figures, what changed, and what that did."""
    require_reader(request)
    return render_json({"runs": await find_history(request)})


async def list_judges(request: Request) -> Response:
    """`GET /api/evals/judges`: each judge that a line names, with its calibrations; rulings for administrators."""
    return render_json({"judges": await find_judges(request, require_reader(request))})


async def list_datasets(request: Request) -> Response:
    """`GET /api/evals/datasets`: the datasets of the project, files and stored ones."""
    require_reader(request)
    return render_json({"datasets": await find_datasets(request)})


async def show_dataset(request: Request) -> Response:
    """`GET /api/evals/datasets/{name}`: a dataset in numbers, and 50 of its cases from the place `first`."""
    return render_json(await find_dataset(request, require_reader(request)))


def require_reader(request: Request) -> Principal:
    """Return the caller. Raises Forbidden without the scope `read`, and for a key of another tenant."""
    caller = require(request, "read")
    if caller.tenant != LOCAL_TENANT:
        raise Forbidden(
            f"Evaluations belong to the project, and this key to the tenant {caller.tenant!r}.",
            next_step="Use a key without a tenant.",
        )
    return caller


async def find_judged_features(request: Request) -> tuple[FeatureRuns, ...]:
    """Return what `find_features` does, each with what its newest run says of its line."""
    stood = {one.name: one for one in (await state_of(request).project.status(LOCAL_TENANT)).features}
    return tuple(
        replace(one, verdict=stood[one.feature].verdict, reason=stood[one.feature].reason)
        if one.feature in stood
        else one
        for one in await find_features(request)
    )


async def find_features(request: Request) -> tuple[FeatureRuns, ...]:
    """Return the features of the project with their newest runs, then those that are gone and have runs."""
    project = state_of(request).project
    runs = await project.evals.runs(limit=_MOST_RUNS)
    names = dict.fromkeys([*project.features, *(one.feature for one in runs)])
    return tuple(
        FeatureRuns(
            feature=name,
            has_line=name in project.features and project.features[name].line is not None,
            runs=tuple(one for one in runs if one.feature == name),
        )
        for name in names
    )


async def find_run(request: Request, caller: Principal) -> KeptRun:
    """Return the run that the path names, as the caller may see it. Raises NotFound."""
    return await state_of(request).project.evals.describe(request.path_params["run_id"], caller=caller)


async def find_comparison(request: Request, caller: Principal) -> ComparedRuns:
    """Return the comparison that the query asks for. Raises InvalidRequest without two runs, NotFound."""
    query = request.query_params
    baseline, candidate = query.get("baseline", "").strip(), query.get("candidate", "").strip()
    if not (baseline and candidate):
        raise InvalidRequest(
            f"baseline={baseline!r} and candidate={candidate!r} do not name two runs.",
            next_step="`/api/evals` lists them: compare?baseline=ID&candidate=ID.",
        )
    return await state_of(request).project.evals.compare(baseline, candidate, caller=caller)


async def find_history(request: Request) -> tuple[HistoryEntry, ...]:
    """Return the history of the feature that the path names. Raises NotFound."""
    return await state_of(request).project.evals.history(request.path_params["feature"], limit=_MOST_HISTORY)


async def find_judges(request: Request, caller: Principal) -> tuple[JudgeStanding, ...]:
    """Return the judges; without single rulings, which name cases, for who is no administrator."""
    found = await state_of(request).project.evals.judges.list()
    return found if caller.may("admin") else tuple(map(_without_rulings, found))


async def find_datasets(request: Request) -> tuple[DatasetCard, ...]:
    """Return the datasets."""
    return await state_of(request).project.datasets.list()


async def find_dataset(request: Request, caller: Principal) -> DatasetView:
    """Return the dataset that the path names, with a page of cases for an administrator. Raises NotFound."""
    name, first = request.path_params["name"], read_first(request.query_params)
    if name.endswith(".jsonl"):  # a file anywhere on this machine is for the command line
        raise NotFound(f"There is no dataset {name!r}.", next_step="`GET /api/evals/datasets` lists them.")
    datasets = state_of(request).project.datasets
    page = await datasets.show(name)
    if not caller.may("admin"):
        return DatasetView(page=page, cases=(), first=0, next=None)
    cases = (await datasets.load(name)).cases
    after = first + CASES_A_PAGE
    return DatasetView(page=page, cases=cases[first:after], first=first, next=after if after < len(cases) else None)


def _without_rulings(judge: JudgeStanding) -> JudgeStanding:
    replace = msgspec.structs.replace
    history = tuple(replace(one, rulings=(), disagreements=()) for one in judge.history)
    current = replace(judge.current, rulings=(), disagreements=()) if judge.current else None
    return replace(judge, history=history, current=current)
