from plimsoll.records import Principal
from plimsoll.server.web.navigation import lay_out_navigation

EVERYTHING = {"/", "/features", "/traces", "/evals", "/evals/compare", "/evals/datasets", "/knowledge", "/ask"}
READER = Principal(id="key:r", tenant="local", scopes=frozenset({"read"}))


def hrefs(path: str = "/", *, served: set[str] = EVERYTHING, caller: Principal | None = None) -> list[str]:
    return [page.href for group in lay_out_navigation(path, served, caller) for page in group.pages]


def current(path: str) -> list[str]:
    groups = lay_out_navigation(path, EVERYTHING, Principal.local())
    return [page.href for group in groups for page in group.pages if page.is_current]


def test_a_page_without_a_route_is_not_linked():
    assert hrefs(served={"/", "/traces"}) == ["/", "/traces"]


def test_a_group_without_pages_has_no_heading():
    assert [group.name for group in lay_out_navigation("/", {"/", "/traces"}, None)] == ["", "Watch"]


def test_a_page_that_the_caller_may_not_open_is_not_linked():
    assert "/ask" not in hrefs(caller=READER)
    assert "/ask" in hrefs(caller=Principal.local())


def test_the_nearest_page_above_the_open_one_is_current():
    assert current("/evals/datasets/docs") == ["/evals/datasets"]
    assert current("/evals/runs/1") == ["/evals"]
    assert current("/tracesandmore") == []
    assert current("/") == ["/"]


def test_no_two_pages_have_the_same_key():
    everything = {"/incidents", "/review", "/releases", "/playground", "/sessions", "/settings", "/evals/judges"}
    groups = lay_out_navigation("/", EVERYTHING | everything, Principal.local())
    keys = [page.key for group in groups for page in group.pages]
    assert len(keys) == len(set(keys)) == 15
