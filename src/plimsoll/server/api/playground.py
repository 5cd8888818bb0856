"""The playground: a candidate of a feature is drafted, its cost said, run beside the feature as it is, and kept.

Prompts and cases of datasets are shown to administrators only, and so is the playground. A trial is its owner's.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest
from plimsoll.project import Trial, TrialAsked
from plimsoll.records import Principal
from plimsoll.server.auth import require
from plimsoll.server.body import read_object
from plimsoll.server.reply import render_json
from plimsoll.server.state import state_of

_CREATED = 201


async def show_playground(request: Request) -> Response:
    """`GET /api/playground`: what a feature is now, by `feature` or `trace`, and the caller's trials."""
    caller = require(request, "admin")
    playground, query = state_of(request).project.playground, request.query_params
    trials = [describe(one) for one in await playground.list(caller=caller)]
    if query.get("trace"):
        return render_json({"draft": await playground.describe_trace(query["trace"], caller=caller), "trials": trials})
    draft = playground.describe(query["feature"]) if query.get("feature") else None
    return render_json({"draft": draft, "trials": trials})


async def prepare_trial(request: Request) -> Response:
    """`POST /api/playground`: check what is to be tried and say its cost; nobody is asked yet."""
    caller = require(request, "admin")
    try:
        asked = msgspec.convert(await read_object(request), TrialAsked)
    except msgspec.ValidationError as error:
        raise InvalidRequest(f"The trial is not of the declared shape: {error}.") from error
    trial = await state_of(request).project.playground.prepare(asked, caller=caller)
    return render_json(describe(trial), status=_CREATED)


async def show_trial(request: Request) -> Response:
    """`GET /api/playground/{id}`: a trial, how far it is, what came of it, and what would put it in place."""
    trial = await find_trial(request, require(request, "admin"))
    return render_json({**describe(trial), "placing": state_of(request).project.playground.propose(trial)})


async def run_trial(request: Request) -> Response:
    """`POST /api/playground/{id}/run`: run it in the background, for `max_cost_usd` at most."""
    caller = require(request, "admin")
    cap = (await read_object(request)).get("max_cost_usd")
    if cap is not None and not isinstance(cap, int | float):
        raise InvalidRequest(f"max_cost_usd={cap!r} is not an amount.")
    playground = state_of(request).project.playground
    return render_json(
        describe(await playground.begin(request.path_params["trial_id"], caller=caller, max_cost_usd=cap))
    )


async def stop_trial(request: Request) -> Response:
    """`POST /api/playground/{id}/stop`: stop it; what it finished stays."""
    caller = require(request, "admin")
    return render_json(
        describe(await state_of(request).project.playground.stop(request.path_params["trial_id"], caller=caller))
    )


async def save_trial(request: Request) -> Response:
    """`POST /api/playground/{id}/save`: keep the candidate's prompt among the project's, under its hash."""
    caller = require(request, "admin")
    return render_json(
        describe(await state_of(request).project.playground.save(request.path_params["trial_id"], caller=caller))
    )


async def place_trial(request: Request) -> Response:
    """`POST /api/playground/{id}/place`: write a saved candidate into its feature's file, as `seen` was shown."""
    caller = require(request, "admin")
    seen = (await read_object(request)).get("seen")
    playground = state_of(request).project.playground
    placed = await playground.place(request.path_params["trial_id"], caller=caller, seen=str(seen or ""))
    return render_json(describe(placed))


async def find_trial(request: Request, caller: Principal) -> Trial:
    """Return the trial that the path names. Raises NotFound, also for another's."""
    return await state_of(request).project.playground.find(request.path_params["trial_id"], caller=caller)


def describe(trial: Trial) -> dict[str, object]:
    """Return a trial as JSON, without who owns it."""
    fields: dict[str, object] = msgspec.structs.asdict(trial)
    del fields["owner"]
    return {**fields, "usd": trial.estimate.usd}
