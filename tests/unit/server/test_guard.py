import pytest

from plimsoll.errors import UntrustedOrigin
from plimsoll.server.address import Address
from plimsoll.server.guard import check_host, check_origin

LOOPBACK = Address(port=8000)
PROXIED = Address(port=8000, allowed_hosts=("ai.example.com",))
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "[::1]:8000", "LOCALHOST", "127.0.0.1"])
def test_the_names_of_this_machine_are_trusted(host: str):
    assert check_host({"host": host}, LOOPBACK) is None


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example:8000", "192.168.1.5:8000", "[::1", "a@b"],
)
def test_any_other_name_is_refused(host: str):
    with pytest.raises(UntrustedOrigin, match="does not answer"):
        check_host({"host": host}, LOOPBACK)


@pytest.mark.parametrize("host", ["ai.example.com", "AI.example.com:443", "10.0.0.7:8000"])
def test_where_a_key_is_needed_configured_names_and_literal_addresses_are_trusted(host: str):
    assert check_host({"host": host}, PROXIED) is None


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://127.0.0.1:8000"])
def test_the_console_may_change_things(origin: str):
    headers = {"host": "127.0.0.1:8000", "origin": origin, "sec-fetch-site": "same-origin"}
    assert check_origin(headers, method="POST", path="/ask") is None


@pytest.mark.parametrize(
    "origin",
    ["null", "http://evil.example", "http://127.0.0.1:9999", "http://localhost:8000", "file://127.0.0.1:8000", ""],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/ask"), ("GET", "/api/traces"), ("POST", "/v1/features/a")])
def test_another_origin_may_not(origin: str, method: str, path: str):
    with pytest.raises(UntrustedOrigin):
        check_origin({"host": "127.0.0.1:8000", "origin": origin}, method=method, path=path)


def test_a_link_from_another_site_may_open_a_page():
    assert check_origin({"host": "127.0.0.1:8000", **LINK}, method="GET", path="/traces") is None


@pytest.mark.parametrize(
    ("headers", "method", "path"),
    [
        (LINK, "POST", "/ask"),
        (LINK, "GET", "/api/traces"),
        ({"sec-fetch-site": "cross-site", "sec-fetch-dest": "image"}, "GET", "/traces"),
        ({"sec-fetch-site": "same-site", "sec-fetch-dest": "iframe"}, "GET", "/"),
        ({"sec-fetch-site": "cross-site", "sec-fetch-dest": "script"}, "GET", "/api/status"),
    ],
)
def test_nothing_else_that_another_site_causes_is_let_in(headers: dict[str, str], method: str, path: str):
    with pytest.raises(UntrustedOrigin):
        check_origin({"host": "127.0.0.1:8000", **headers}, method=method, path=path)


def test_a_program_sends_neither_header_and_is_let_in():
    assert check_origin({"host": "127.0.0.1:8000"}, method="POST", path="/v1/features/a") is None
