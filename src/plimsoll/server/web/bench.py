"""`/knowledge/{corpus}/bench`: a question, and why the corpus finds what it finds. `GET`, so that it can be linked to.

A question that comes with a link from another site is shown and not asked, so that no such link can spend money.
"""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.errors import InvalidRequest, PlimsollError
from plimsoll.project import BenchResult
from plimsoll.server.api.knowledge import put_to_bench
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.legs import compare_legs, lay_out_times
from plimsoll.server.web.render import render_page

_SWITCHES = ("passages", "widen", "rerank", "source", "prefix", "metadata")
_OWN_SITES = frozenset({"same-origin", "none"})


async def show_bench(request: Request) -> Response:
    """`GET /knowledge/{corpus}/bench`: what it finds for `q`, both legs side by side."""
    caller = require(request, "ask")
    name, query = request.path_params["corpus"], request.query_params
    knowledge = state_of(request).project.knowledge
    card = await knowledge.seen_by(caller).card(name)
    found: BenchResult | None = None
    problem: PlimsollError | None = None
    is_foreign = request.headers.get("sec-fetch-site", "none").lower() not in _OWN_SITES
    if "q" in query and not is_foreign:
        try:
            found = await put_to_bench(request, caller)
        except InvalidRequest as error:
            problem = error
    chosen = {switch: query.get(switch, "") for switch in _SWITCHES}
    content = {
        "corpus": card,
        "question": query.get("q", ""),
        "chosen": chosen,
        "is_changed": any(chosen.values()),
        "can_rerank": knowledge.can_rerank(name),
        "plan": knowledge.plan(name),
        "found": found,
        "rows": compare_legs(found.result) if found else (),
        "times": lay_out_times(found.result.times) if found else (),
        "problem": problem,
        "is_foreign": is_foreign and "q" in query,
        "twin": f"/api{request.url.path}?{request.url.query}" if found else f"/api/knowledge/{name}",
    }
    return render_page(request, "bench.html", content, status=problem.http_status if problem else 200)
