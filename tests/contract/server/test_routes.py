from starlette.routing import Route

from plimsoll.server.routes import all_routes

PAGES_WITHOUT_TWIN = {"/", "/ask", "/ask/{trace_id}", "/sign-in", "/sign-out", "/static/{name}", "/metrics"}


def spoken() -> list[tuple[str, str]]:
    routes = [route for route in all_routes() if isinstance(route, Route)]
    return [(method, route.path) for route in routes for method in sorted((route.methods or set()) - {"HEAD"})]


def test_every_page_that_shows_something_has_a_json_twin():
    paths = {path for _, path in spoken()}
    pages = {path for path in paths if not path.startswith(("/api/", "/v1/", "/health/"))}
    assert {page for page in pages - PAGES_WITHOUT_TWIN if f"/api{page}" not in paths} == set()
