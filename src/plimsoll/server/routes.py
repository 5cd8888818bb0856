"""Every path of the server and the handler behind it, in one table. Each page `/x` has its JSON twin `/api/x`."""

from starlette.routing import BaseRoute, Route

from plimsoll.server.api import ask, features, health, ingest, knowledge, metrics, spend, status, traces
from plimsoll.server.web import ask as ask_page
from plimsoll.server.web import knowledge as knowledge_page
from plimsoll.server.web import overview as overview_page
from plimsoll.server.web import sign_in as sign_in_page
from plimsoll.server.web import traces as traces_page
from plimsoll.server.web.static_files import serve_static


def all_routes() -> list[BaseRoute]:
    """Return the routes of the server."""
    return [
        Route("/health/live", health.show_live),
        Route("/health/ready", health.show_ready),
        Route("/metrics", metrics.show_metrics),
        Route("/v1/features", features.list_features),
        Route("/v1/features/{name}", features.run_feature, methods=["POST"]),
        Route("/api/ask", ask.ask, methods=["POST"]),
        Route("/api/ingest", ingest.ingest, methods=["POST"]),
        Route("/api/status", status.show_status),
        Route("/api/spend", spend.show_spend),
        Route("/api/allowances", spend.list_allowances),
        Route("/api/traces", traces.list_traces),
        Route("/api/traces/{trace_id}", traces.show_trace),
        Route("/api/knowledge", knowledge.show_knowledge),
        Route("/api/documents", knowledge.list_documents),
        Route("/", overview_page.show_overview),
        Route("/ask", ask_page.show_ask),
        Route("/ask", ask_page.ask, methods=["POST"]),
        Route("/ask/{trace_id}", ask_page.show_answer),
        Route("/traces", traces_page.list_traces),
        Route("/traces/{trace_id}", traces_page.show_trace),
        Route("/knowledge", knowledge_page.show_knowledge),
        Route("/knowledge", knowledge_page.add_documents, methods=["POST"]),
        Route("/sign-in", sign_in_page.show_sign_in),
        Route("/sign-in", sign_in_page.sign_in, methods=["POST"]),
        Route("/sign-out", sign_in_page.sign_out, methods=["POST"]),
        Route("/static/{name}", serve_static),
    ]
