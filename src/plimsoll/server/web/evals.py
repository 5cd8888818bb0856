"""`/evals`: kept runs by feature, one run, two side by side, figures over time, judges, and datasets."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.evals import compared_body, effects_beyond_chance, run_body, view_history
from plimsoll.server.api.evals import (
    find_comparison,
    find_dataset,
    find_datasets,
    find_features,
    find_history,
    find_judged_features,
    find_judges,
    find_run,
    require_reader,
)
from plimsoll.server.web.render import render_page

_RUNS_SHOWN = 10


async def list_runs(request: Request) -> Response:
    """`GET /evals`: each feature with its newest runs, and a way to put two of them side by side."""
    require_reader(request)
    features = await find_judged_features(request)
    return _render(request, "evals.html", {"features": features, "most": _RUNS_SHOWN})


async def show_run(request: Request) -> Response:
    """`GET /evals/runs/{run_id}`: its figures against the line, its tags, and the cases to look at."""
    found = await find_run(request, require_reader(request))
    run = found.run
    body = run_body(run, report=found.report, slices=found.slices, texts=found.texts, trace_links=True)
    others = [feature.runs for feature in await find_features(request) if feature.feature == run.feature]
    earlier = next((one for runs in others for one in runs if one.id < run.id and one.is_complete), None)
    return _render(request, "eval_run.html", {"run": run, "body": body, "earlier": earlier})


async def compare_runs(request: Request) -> Response:
    """`GET /evals/compare`: the run `candidate` beside the run `baseline`; a choice of both where neither is named."""
    caller = require_reader(request)
    if not {"baseline", "candidate"} & set(request.query_params):
        content = {"features": await find_features(request), "twin": "/api/evals"}
        return render_page(request, "eval_choose.html", content)
    found = await find_comparison(request, caller)
    body = compared_body(found.comparison, texts=found.texts, trace_links=True)
    return _render(request, "eval_compare.html", {"found": found.comparison, "body": body})


async def show_history(request: Request) -> Response:
    """`GET /evals/history/{feature}`: each bar over its runs, and what changed under it."""
    require_reader(request)
    entries = await find_history(request)
    content = {
        "feature": request.path_params["feature"],
        "entries": [(one, effects_beyond_chance(one)) for one in entries],
        "charts": view_history(entries),
    }
    return _render(request, "eval_history.html", content)


async def list_judges(request: Request) -> Response:
    """`GET /evals/judges`: each judge with where it stands, and its calibrations so far."""
    return _render(request, "judges.html", {"judges": await find_judges(request, require_reader(request))})


async def list_datasets(request: Request) -> Response:
    """`GET /evals/datasets`: the datasets of the project."""
    require_reader(request)
    return _render(request, "datasets.html", {"datasets": await find_datasets(request)})


async def show_dataset(request: Request) -> Response:
    """`GET /evals/datasets/{name}`: a dataset in numbers, and its cases page by page."""
    caller = require_reader(request)
    found = await find_dataset(request, caller)
    content = {"found": found, "card": found.page.card, "may_see_cases": caller.may("admin")}
    return _render(request, "dataset.html", content)


def _render(request: Request, template: str, content: Mapping[str, object]) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return render_page(request, template, {**content, "twin": f"/api{request.url.path}{query}"})
