"""`/`: each feature against its line, what the project knows, which models it uses, and what to do next."""

from starlette.requests import Request
from starlette.responses import Response

from plimsoll.project import FeatureStatus, ProjectStatus
from plimsoll.server.auth import require
from plimsoll.server.state import state_of
from plimsoll.server.web.attention import find_attention
from plimsoll.server.web.feature_charts import draw_trends
from plimsoll.server.web.render import render_page


async def show_overview(request: Request) -> Response:
    """`GET /`: each feature against its line, its traffic, and what the knowledge holds."""
    caller = require(request, "read")
    status = await state_of(request).project.status(caller.tenant)
    content = {
        "status": status,
        "next": next_step(status),
        "attention": find_attention(status),
        "trends": draw_trends(status),
        "twin": "/api/status",
    }
    return render_page(request, "overview.html", content)


def next_step(status: ProjectStatus) -> tuple[str, str] | None:
    """Return the sentence and the command that lead on from here, or None when everything is under way."""
    if not status.features:
        return "This project defines no feature yet. Make one that works, and read it:", "plimsoll init my-project"
    if not any(corpus.documents for corpus in status.corpora) and _answers_from_documents(status.features):
        return "Nothing is known yet. Read the project's documents:", "plimsoll ingest"
    return None


def _answers_from_documents(features: tuple[FeatureStatus, ...]) -> bool:
    return any(feature.kind == "rag" for feature in features)
