"""`/playground`: edit a feature's prompt, model and parameters, try both side by side, keep what is better.

Everything that costs or writes is a POST; each state of a trial has an address of its own.
"""

from collections.abc import Mapping

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.errors import InvalidRequest, NotFound, PlimsollError
from plimsoll.pages import DiffPart, diff_words, main_text
from plimsoll.project import MOST_CASES, CasePair, Draft, Project, Trial, TrialAsked
from plimsoll.records import Principal
from plimsoll.server.api.playground import find_trial
from plimsoll.server.auth import require
from plimsoll.server.body import read_fields
from plimsoll.server.state import state_of
from plimsoll.server.web.render import render_page

_SHOWN_TRIALS = 8
_LEAST_CAP = 0.01
_REFRESH_SECONDS = "2"


class _Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is drawn."""

    pair: CasePair
    asked: str
    before: tuple[DiffPart, ...]
    after: tuple[DiffPart, ...]


async def show_playground(request: Request) -> Response:
    """`GET /playground`: the form, of the feature that is chosen or of a trace's."""
    caller = require(request, "admin")
    project, query = state_of(request).project, request.query_params
    name = query.get("feature", "") or project.settings.project.default_feature or next(iter(project.features), "")
    trace = query.get("trace", "").strip()
    try:
        draft = await _draft(project, name, trace, caller=caller)
    except PlimsollError as error:
        if isinstance(error, NotFound):
            raise
        return await _render_form(request, caller, asked=TrialAsked(feature=name), problem=error)
    if draft is None:
        return await _render_form(request, caller, asked=TrialAsked(feature=""))
    asked = TrialAsked(
        feature=draft.feature,
        prompt=draft.prompt,
        model=draft.model,
        temperature=draft.settings.temperature,
        max_output_tokens=draft.settings.max_output_tokens,
        text=draft.text,
        trace=trace,
    )
    return await _render_form(request, caller, asked=asked)


async def prepare_trial(request: Request) -> Response:
    """`POST /playground`: check the candidate, and go to where its cost is said."""
    caller = require(request, "admin")
    asked = TrialAsked(feature="")
    try:
        asked = _read_asked(await read_fields(request))
        trial = await state_of(request).project.playground.prepare(asked, caller=caller)
    except PlimsollError as error:
        return await _render_form(request, caller, asked=asked, problem=error)
    return RedirectResponse(f"/playground/{trial.id}", status_code=303)


async def show_trial(request: Request) -> Response:
    """`GET /playground/{id}`: a trial: its cost before it begins, how far it is, and both sides."""
    return _render_trial(request, await find_trial(request, require(request, "admin")))


async def run_trial(request: Request) -> Response:
    """`POST /playground/{id}/run`: begin within the cap, and go back to the trial."""
    caller = require(request, "admin")
    trial = await find_trial(request, caller)
    try:
        cap = _number(await read_fields(request), "max_cost_usd")
        await state_of(request).project.playground.begin(trial.id, caller=caller, max_cost_usd=cap)
    except PlimsollError as error:
        return _render_trial(request, trial, problem=error)
    return RedirectResponse(f"/playground/{trial.id}", status_code=303)


async def stop_trial(request: Request) -> Response:
    """`POST /playground/{id}/stop`: stop it, and go back to the trial."""
    caller = require(request, "admin")
    trial = await state_of(request).project.playground.stop(request.path_params["trial_id"], caller=caller)
    return RedirectResponse(f"/playground/{trial.id}", status_code=303)


async def save_trial(request: Request) -> Response:
    """`POST /playground/{id}/save`: keep the candidate's prompt, and go back to the trial."""
    caller = require(request, "admin")
    trial = await state_of(request).project.playground.save(request.path_params["trial_id"], caller=caller)
    return RedirectResponse(f"/playground/{trial.id}#saved", status_code=303)


async def place_trial(request: Request) -> Response:
    """`POST /playground/{id}/place`: write the candidate into its feature's file, and go back to the trial."""
    caller = require(request, "admin")
    trial = await find_trial(request, caller)
    try:
        seen = (await read_fields(request)).get("seen", "")
        await state_of(request).project.playground.place(trial.id, caller=caller, seen=seen)
    except PlimsollError as error:
        return _render_trial(request, trial, problem=error)
    return RedirectResponse(f"/playground/{trial.id}#saved", status_code=303)


async def _draft(project: Project, name: str, trace: str, *, caller: Principal) -> Draft | None:
    if trace:
        return await project.playground.describe_trace(trace, caller=caller)
    return project.playground.describe(name) if name else None


def _read_asked(fields: Mapping[str, str]) -> TrialAsked:
    is_dataset = fields.get("on") == "dataset"
    return TrialAsked(
        feature=fields.get("feature", ""),
        prompt=fields.get("prompt", "").replace("\r\n", "\n"),
        model=fields.get("model", "").strip(),
        temperature=_number(fields, "temperature"),
        max_output_tokens=_whole(fields, "max_output_tokens"),
        text="" if is_dataset else fields.get("text", ""),
        dataset=fields.get("dataset", "") if is_dataset else "",
        cases=_whole(fields, "cases") or TrialAsked(feature="").cases,
        trace=fields.get("trace", ""),
    )


def _number(fields: Mapping[str, str], name: str) -> float | None:
    text = fields.get(name, "").strip()
    try:
        return float(text) if text else None
    except ValueError:
        raise InvalidRequest(f"{name}={text!r} is not a number.") from None


def _whole(fields: Mapping[str, str], name: str) -> int | None:
    number = _number(fields, name)
    if number is not None and number != int(number):
        raise InvalidRequest(f"{name}={number!r} is not a whole number.")
    return None if number is None else int(number)


async def _render_form(
    request: Request, caller: Principal, *, asked: TrialAsked, problem: PlimsollError | None = None
) -> Response:
    project = state_of(request).project
    feature = project.features.get(asked.feature)
    content = {
        "asked": asked,
        "features": list(project.features),
        "models": sorted({use.alias for use in project.models}),
        "dataset": asked.dataset or (feature.dataset if feature else "") or "",
        "most_cases": MOST_CASES,
        "trials": (await project.playground.list(caller=caller))[:_SHOWN_TRIALS],
        "problem": problem,
        "twin": f"/api/playground?feature={asked.feature}" if asked.feature else "/api/playground",
    }
    return render_page(request, "playground.html", content, status=problem.http_status if problem else 200)


def _render_trial(request: Request, trial: Trial, problem: PlimsollError | None = None) -> Response:
    project = state_of(request).project
    now = project.playground.describe(trial.asked.feature)
    usd = trial.estimate.usd
    content = {
        "trial": trial,
        "asked": trial.asked,
        "prompt_before": diff_words(now.prompt, trial.asked.prompt or now.prompt),
        "settings_before": now.settings,
        "cap": None if usd is None else max(_LEAST_CAP, round(2 * usd, 4)),
        "pairs": [_draw(pair) for pair in trial.pairs],
        "passes": trial.passes(),
        "placing": project.playground.propose(trial),
        "problem": problem,
        "twin": f"/api/playground/{trial.id}",
    }
    response = render_page(request, "trial.html", content, status=problem.http_status if problem else 200)
    if trial.state == "running":
        response.headers["Refresh"] = _REFRESH_SECONDS
    return response


def _draw(pair: CasePair) -> _Pair:
    before = main_text(pair.present.output, "answer")
    after = main_text(pair.candidate.output, "answer") if pair.candidate else ""
    parts = diff_words(before, after) if pair.candidate else diff_words(before, before)
    return _Pair(
        pair=pair,
        asked=main_text(pair.input),
        before=tuple(part for part in parts if part.change != "added"),
        after=tuple(part for part in parts if part.change != "removed") if pair.candidate else (),
    )
