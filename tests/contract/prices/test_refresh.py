"""Newer prices are fetched only when asked for, from the makers' own format, and never make things worse."""

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from plimsoll.errors import ProviderUnreachable
from plimsoll.prices import ModelPrice, ProviderModel, find_prices, refresh_prices

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NAME = ProviderModel(provider="openai", model="gpt-next-1")
PUBLISHED = [
    {
        "id": "openai",
        "name": "OpenAI",
        "api_pattern": r"https://api\.openai\.com",
        "models": [
            {
                "id": "gpt-next",
                "match": {"or": [{"equals": "gpt-next"}, {"starts_with": "gpt-next-"}]},
                "prices": {"input_mtok": {"base": 3, "tiers": [{"start": 1000, "price": 6}]}, "output_mtok": 9},
            }
        ],
    }
]


@contextmanager
def publishing(body: str, *, status: int = 200) -> Generator[str]:
    """Serve one text on loopback and yield its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the library's own name
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/data.json"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def find(folder: Path) -> ModelPrice | None:
    return find_prices([NAME], folder=folder, at=NOW).get(NAME)


def test_fetched_prices_hold_instead_of_those_of_the_package(tmp_path: Path):
    assert find(tmp_path) is None
    with publishing(json.dumps(PUBLISHED)) as url:
        assert refresh_prices(folder=tmp_path, at=NOW, url=url) == "genai-prices of 2026-11-21"
    price = find(tmp_path)
    assert price is not None
    assert (price.input, price.output, price.source) == (3.0, 9.0, "genai-prices of 2026-11-21")
    assert [(tier.above_input_tokens, tier.input) for tier in price.tiers] == [(1_000, 6.0)]


@pytest.mark.parametrize(
    ("body", "status"), [("[]", 200), ("no JSON", 200), ('{"a": 1}', 200), (json.dumps(PUBLISHED), 500)]
)
def test_what_is_no_price_list_leaves_the_prices_as_they_are(tmp_path: Path, *, body: str, status: int):
    with publishing(json.dumps(PUBLISHED)) as url:
        refresh_prices(folder=tmp_path, at=NOW, url=url)
    with publishing(body, status=status) as url, pytest.raises(ProviderUnreachable, match="did not answer with prices"):
        refresh_prices(folder=tmp_path, at=NOW, url=url)
    price = find(tmp_path)
    assert price is not None
    assert price.input == 3.0


def test_prices_come_over_https_only(tmp_path: Path):
    with pytest.raises(ProviderUnreachable, match="https only"):
        refresh_prices(folder=tmp_path, at=NOW, url="http://prices.example/data.json")
