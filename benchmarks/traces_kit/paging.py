"""Pages of the console over a store of a million spans: each asked again and again of a running server."""

import asyncio
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

import msgspec
from gateway_kit.running import GATEWAY_CORE, free_port, started
from traces_kit.filling import LONG_TRACE, RARE, fill_if_empty

_PROJECT = "shop"
_TIMES = 9
_OK = 200
_PATIENCE_SECONDS = 60
_A_TRACE = re.compile(rb'href="/traces/([0-9a-f]{32})')


class PageRow(msgspec.Struct, frozen=True, kw_only=True):
    """How long one page took."""

    page: str
    """What it shows."""
    path: str
    median_ms: float
    most_ms: float
    """The longest of nine, the first left out."""
    kilobytes: float


PAGES = {
    "overview": "/",
    "feature, 24 hours": "/features/docs_answer?window=24h",
    "feature, 30 days": "/features/docs_answer?window=30d",
    "traces, newest": "/traces",
    "traces of a feature": "/traces?feature=moderation",
    "traces that failed": "/traces?outcome=failed&error_class=policy",
    "traces of a user": "/traces?user=user:77",
    "traces of a session": "/traces?session=session-4711",
    "traces with a tag": "/traces?tag=refund",
    "traces by score": f"/traces?{urlencode({'score': 'helpful<0.5'})}",
    "traces, slowest": "/traces?sort=slowest",
    "traces, dearest of a model": "/traces?sort=dearest&model=large-1",
    "traces above 4 s": "/traces?min_ms=4000",
    "common word": "/traces?text=delivery",
    **{f"rare word of {len(word)} letters": f"/traces?text={word}" for word in RARE},
    "absent word": "/traces?text=xyzzyplugh",
    "absent word of 5 letters": "/traces?text=fjord",
    "word of 2 letters": "/traces?text=zq",
    "common word, of a feature": "/traces?text=object&feature=moderation",
    "sessions": "/sessions",
    "users, dearest of 30 days": "/users?window=30d&sort=dearest",
}


def measure_pages(spans: int, *, store: str = "") -> list[PageRow]:
    """Ask a project on the store for every page: a PostgreSQL URL, a filled file of SQLite, or a new file.

    A store that holds nothing yet is filled.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        plim = [sys.executable, "-m", "plimsoll"]
        place = Path(folder) / _PROJECT
        subprocess.run([*plim, "init", _PROJECT], cwd=folder, check=True, capture_output=True)
        asyncio.run(fill_if_empty(_settle(place, store), spans=spans, long=30_000))
        port = free_port()
        with started([*plim, "serve", "--port", str(port)], core=GATEWAY_CORE, folder=place) as running:
            running.wait_for_port(port)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
            listed = _A_TRACE.search(_get(connection, "/traces"))
            some = {"one trace": f"/traces/{listed[1].decode()}"} if listed else {}
            pages = {**PAGES, **some, "a trace of 30,000 spans": f"/traces/{LONG_TRACE}"}
            return [_measure(connection, page, path) for page, path in pages.items()]


def _settle(place: Path, store: str) -> str:
    """Put the project on the store, and return the URL of its traces."""
    kept = place / ".plimsoll" / "traces.db"
    if "://" in store:
        with (place / "plimsoll.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'\n[storage]\nurl = "{store}"\n')
        return store
    kept.parent.mkdir(exist_ok=True)
    if store:
        kept.symlink_to(Path(store).resolve())
    return f"sqlite:///{Path(store).resolve() if store else kept}"


def _measure(connection: http.client.HTTPConnection, page: str, path: str) -> PageRow:
    size = len(_get(connection, path))
    took: list[float] = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        _get(connection, path)
        took.append(1_000 * (time.perf_counter() - began))
    return PageRow(page=page, path=path, median_ms=statistics.median(took), most_ms=max(took), kilobytes=size / 1_000)


def _get(connection: http.client.HTTPConnection, path: str) -> bytes:
    connection.request("GET", path, headers={"accept": "text/html"})
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != _OK:
        raise ValueError(f"{path} answered {answer.status}: {said[:300]!r}")
    return said


if __name__ == "__main__":
    for row in measure_pages(1_000_000, store=sys.argv[1]):
        sys.stdout.write(f"{row.page:28} {row.median_ms:7.1f} ms, most {row.most_ms:7.1f}, {row.kilobytes:6.0f} kB\n")
