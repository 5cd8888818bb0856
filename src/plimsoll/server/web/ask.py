"""`/ask`: one question in plain words, and its answer with the places it rests on.

Asking is a POST, so that no link can spend money; the answer has an address of its own and can be opened again.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from plimsoll.errors import InvalidRequest, PlimsollError
from plimsoll.features import question_field
from plimsoll.project import Project
from plimsoll.server.api.traces import find_trace
from plimsoll.server.auth import require
from plimsoll.server.body import read_fields
from plimsoll.server.recent import RecentAnswer
from plimsoll.server.state import state_of
from plimsoll.server.web.answer import AnswerView, view_result, view_trace
from plimsoll.server.web.render import render_page


async def show_ask(request: Request) -> Response:
    """`GET /ask`: the question box."""
    require(request, "ask")
    return _render(request, feature=state_of(request).project.settings.project.default_feature)


async def ask(request: Request) -> Response:
    """`POST /ask`: ask, and go to the answer."""
    caller = require(request, "ask")
    state = state_of(request)
    fields = await read_fields(request)
    text = fields.get("text", "").strip()
    feature = fields.get("feature", "") or state.project.settings.project.default_feature
    try:
        result = await state.project.ask(text, feature=feature, caller=caller)
    except InvalidRequest as error:
        return _render(request, feature=feature, text=text, problem=error)
    state.recent.keep(RecentAnswer(question=text, feature=feature, result=result, caller=caller))
    return RedirectResponse(f"/ask/{result.trace_id}", status_code=303)


async def show_answer(request: Request) -> Response:
    """`GET /ask/{trace_id}`: an answer that was given."""
    caller = require(request, "ask")
    recent = state_of(request).recent.find(request.path_params["trace_id"], caller)
    if recent is not None:
        view = view_result(recent.question, recent.feature, result=recent.result)
    else:
        view = view_trace(await find_trace(request, require(request, "read")))
    return _render(request, feature=view.feature, view=view)


def _render(
    request: Request,
    *,
    feature: str,
    text: str = "",
    view: AnswerView | None = None,
    problem: PlimsollError | None = None,
) -> Response:
    content = {
        "features": askable_features(state_of(request).project),
        "chosen": feature,
        "text": text,
        "view": view,
        "problem": problem,
    }
    twin = {"twin": f"/api/traces/{view.trace_id}"} if view else {}
    return render_page(request, "ask.html", content | twin, status=problem.http_status if problem else 200)


def askable_features(project: Project) -> list[str]:
    """Return the names of the features whose input is one question."""
    return [name for name, feature in project.features.items() if _takes_a_question(project, name) and feature]


def _takes_a_question(project: Project, name: str) -> bool:
    try:
        question_field(project.features[name])
    except InvalidRequest:
        return False
    return True
