"""Every path of the server and the handler behind it, in one table. Each page `/x` has its JSON twin `/api/x`."""

from starlette.routing import BaseRoute, Route

from plimsoll.server.api import (
    ask,
    audits,
    evals,
    feature_reports,
    features,
    feedback,
    health,
    ingest,
    knowledge,
    live,
    metrics,
    playground,
    sessions,
    settings,
    spend,
    status,
    trace_compare,
    trace_diff,
    trace_views,
    traces,
    users,
)
from plimsoll.server.web import ask as ask_page
from plimsoll.server.web import audit as audit_page
from plimsoll.server.web import bench as bench_page
from plimsoll.server.web import corpus as corpus_page
from plimsoll.server.web import evals as evals_page
from plimsoll.server.web import features as features_page
from plimsoll.server.web import knowledge as knowledge_page
from plimsoll.server.web import overview as overview_page
from plimsoll.server.web import playground as playground_page
from plimsoll.server.web import sessions as sessions_page
from plimsoll.server.web import settings as settings_page
from plimsoll.server.web import sign_in as sign_in_page
from plimsoll.server.web import trace_compare as trace_compare_page
from plimsoll.server.web import trace_diff as trace_diff_page
from plimsoll.server.web import trace_views as trace_views_page
from plimsoll.server.web import traces as traces_page
from plimsoll.server.web import users as users_page
from plimsoll.server.web.static_files import serve_static


def all_routes() -> list[BaseRoute]:
    """Return the routes of the server."""
    return [
        Route("/health/live", health.show_live),
        Route("/health/ready", health.show_ready),
        Route("/metrics", metrics.show_metrics),
        Route("/v1/features", features.list_features),
        Route("/v1/features/{name}", features.run_feature, methods=["POST"]),
        Route("/v1/feedback", feedback.give_feedback, methods=["POST"]),
        Route("/api/ask", ask.ask, methods=["POST"]),
        Route("/api/ingest", ingest.ingest, methods=["POST"]),
        Route("/api/status", status.show_status),
        Route("/api/spend", spend.show_spend),
        Route("/api/allowances", spend.list_allowances),
        Route("/api/knowledge", knowledge.list_corpora),
        Route("/api/knowledge/{corpus}", knowledge.show_corpus),
        Route("/api/knowledge/{corpus}/bench", knowledge.run_bench),
        Route("/api/knowledge/{corpus}/confirm", knowledge.confirm_source, methods=["POST"]),
        Route("/api/knowledge/{corpus}/documents/{document_id}", knowledge.show_document),
        Route("/api/knowledge/{corpus}/audit", audits.show_audit),
        Route("/", overview_page.show_overview),
        Route("/ask", ask_page.show_ask),
        Route("/ask", ask_page.ask, methods=["POST"]),
        Route("/ask/{trace_id}", ask_page.show_answer),
        Route("/knowledge", knowledge_page.list_corpora),
        Route("/knowledge", knowledge_page.add_documents, methods=["POST"]),
        Route("/knowledge/{corpus}", corpus_page.show_corpus),
        Route("/knowledge/{corpus}/audit", audit_page.show_audit),
        Route("/knowledge/{corpus}/bench", bench_page.show_bench),
        Route("/knowledge/{corpus}/confirm", corpus_page.confirm_source, methods=["POST"]),
        Route("/knowledge/{corpus}/documents/{document_id}", corpus_page.show_document),
        Route("/sign-in", sign_in_page.show_sign_in),
        Route("/sign-in", sign_in_page.sign_in, methods=["POST"]),
        Route("/sign-out", sign_in_page.sign_out, methods=["POST"]),
        Route("/static/{name}", serve_static),
        *_routes_of_evaluations(),
        *_routes_of_traces(),
        *_routes_of_operation(),
        *_routes_of_playground(),
    ]


def _routes_of_operation() -> list[BaseRoute]:
    return [
        Route("/api/features", feature_reports.list_reports),
        Route("/api/features/{name:path}", feature_reports.show_report),
        Route("/api/live", live.follow),
        Route("/api/settings", settings.show_settings),
        Route("/features", features_page.list_features),
        Route("/features/{name:path}", features_page.show_feature),
        Route("/settings", settings_page.show_settings),
    ]


def _routes_of_traces() -> list[BaseRoute]:
    return [
        Route("/api/sessions", sessions.list_sessions),
        Route("/api/sessions/{session:path}", sessions.show_session),
        Route("/sessions", sessions_page.list_sessions),
        Route("/sessions/{session:path}", sessions_page.show_session),
        Route("/api/users", users.list_users),
        Route("/users", users_page.list_users),
        Route("/api/traces", traces.list_traces),
        Route("/api/traces/compare", trace_compare.show_comparison),
        Route("/api/traces/diff", trace_diff.show_diff),
        *_routes_of_views(),
        Route("/api/traces/{trace_id}", traces.show_trace),
        Route("/api/traces/{trace_id}/steps", traces.show_steps),
        Route("/api/traces/{trace_id}/steps/{span_id}", traces.show_step),
        Route("/traces", traces_page.list_traces),
        Route("/traces/compare", trace_compare_page.show_comparison),
        Route("/traces/diff", trace_diff_page.show_diff),
        Route("/traces/{trace_id}", traces_page.show_trace),
    ]


def _routes_of_views() -> list[BaseRoute]:
    return [
        Route("/api/traces/views", trace_views.list_views),
        Route("/api/traces/views", trace_views.save_view, methods=["POST"]),
        Route("/api/traces/views", trace_views.remove_view, methods=["DELETE"]),
        Route("/traces/views", trace_views_page.change_views, methods=["POST"]),
    ]


def _routes_of_evaluations() -> list[BaseRoute]:
    return [
        Route("/api/evals", evals.list_runs),
        Route("/api/evals/compare", evals.compare_runs),
        Route("/api/evals/datasets", evals.list_datasets),
        Route("/api/evals/datasets/{name}", evals.show_dataset),
        Route("/api/evals/history/{feature}", evals.show_history),
        Route("/api/evals/judges", evals.list_judges),
        Route("/api/evals/runs/{run_id}", evals.show_run),
        Route("/evals", evals_page.list_runs),
        Route("/evals/compare", evals_page.compare_runs),
        Route("/evals/datasets", evals_page.list_datasets),
        Route("/evals/datasets/{name}", evals_page.show_dataset),
        Route("/evals/history/{feature}", evals_page.show_history),
        Route("/evals/judges", evals_page.list_judges),
        Route("/evals/runs/{run_id}", evals_page.show_run),
    ]


def _routes_of_playground() -> list[BaseRoute]:
    return [
        Route("/api/playground", playground.show_playground),
        Route("/api/playground", playground.prepare_trial, methods=["POST"]),
        Route("/api/playground/{trial_id}", playground.show_trial),
        Route("/api/playground/{trial_id}/run", playground.run_trial, methods=["POST"]),
        Route("/api/playground/{trial_id}/save", playground.save_trial, methods=["POST"]),
        Route("/api/playground/{trial_id}/place", playground.place_trial, methods=["POST"]),
        Route("/api/playground/{trial_id}/stop", playground.stop_trial, methods=["POST"]),
        Route("/playground", playground_page.show_playground),
        Route("/playground", playground_page.prepare_trial, methods=["POST"]),
        Route("/playground/{trial_id}", playground_page.show_trial),
        Route("/playground/{trial_id}/run", playground_page.run_trial, methods=["POST"]),
        Route("/playground/{trial_id}/save", playground_page.save_trial, methods=["POST"]),
        Route("/playground/{trial_id}/place", playground_page.place_trial, methods=["POST"]),
        Route("/playground/{trial_id}/stop", playground_page.stop_trial, methods=["POST"]),
    ]
