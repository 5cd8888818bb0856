"""Ingestion: the same batches to each tool, the CPU time and memory that its processes spend until all is stored."""

import http.client
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
from gateway_kit.running import NotStarted
from traces_kit.payload import BATCH, make_batches
from traces_kit.receivers import RECEIVERS, Receiver, version_of

_SENDERS = 2
_WARM_BATCHES = 2
_PATIENCE_SECONDS = 240.0
_QUIET_SECONDS = 1.0
_QUIET_SHARE = 0.05
_POLL_SECONDS = 0.1
_OK = 200
_RETRIED = (429, 502, 503, 504)


class IngestRow(msgspec.Struct, frozen=True, kw_only=True):
    """What one tool did with the spans."""

    tool: str
    version: str
    in_trace: int
    """Spans in one trace."""
    spans: int
    """Spans that were sent, those that warm it up left out."""
    stored: int | None = None
    """Spans that its database holds of them; None where it was not measured."""
    cpu_s: float | None = None
    """CPU time of all its processes, from the first span until it rests."""
    spans_per_cpu_s: float | None = None
    wall_s: float | None = None
    most_memory_mb: float | None = None
    """Resident, all its processes, looked at ten times a second."""
    note: str = ""


def measure_ingestion(tool: str, spans: int, *, in_trace: int, peers: Path) -> IngestRow:
    """Start a tool, send the spans by two connections, and return what it spent until it rests again."""
    about = {"tool": tool, "version": version_of(tool, peers), "in_trace": in_trace, "spans": spans}
    if not about["version"]:
        return msgspec.convert({**about, "note": "not installed"}, IngestRow)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        try:
            with RECEIVERS[tool](Path(folder), peers) as receiver:
                return msgspec.convert({**about, **_measure(receiver, spans, in_trace)}, IngestRow)
        except (NotStarted, OSError, ValueError, http.client.HTTPException) as error:
            return msgspec.convert({**about, "note": str(error)[-300:]}, IngestRow)


def _measure(receiver: Receiver, spans: int, in_trace: int) -> dict[str, object]:
    batches = list(make_batches(spans + _WARM_BATCHES * BATCH, in_trace=in_trace))
    _send(receiver, batches[:_WARM_BATCHES])
    _rest(receiver)
    before, cpu_before, began = receiver.held(), receiver.running.cpu_seconds(), time.monotonic()
    watch = _MemoryWatch(receiver)
    _send_by_all(receiver, batches[_WARM_BATCHES:])
    wall_s = time.monotonic() - began
    _rest(receiver)
    cpu_s = receiver.running.cpu_seconds() - cpu_before
    stored = receiver.held() - before
    note = "" if stored == spans else f"{spans - stored} spans are missing"
    return {
        "stored": stored,
        "cpu_s": cpu_s,
        "spans_per_cpu_s": stored / cpu_s,
        "wall_s": wall_s,
        "most_memory_mb": watch.end(),
        "note": note,
    }


def _send_by_all(receiver: Receiver, batches: Sequence[bytes]) -> None:
    errors: list[Exception] = []

    def send(some: Sequence[bytes]) -> None:
        try:
            _send(receiver, some)
        except Exception as error:  # noqa: BLE001  (told to the thread that waits)
            errors.append(error)

    threads = [threading.Thread(target=send, args=(batches[first::_SENDERS],)) for first in range(_SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise ValueError(str(errors[0]))


def _send(receiver: Receiver, batches: Sequence[bytes]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=_PATIENCE_SECONDS)
    headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip", **receiver.headers}
    for batch in batches:
        while True:
            connection.request("POST", "/v1/traces", body=batch, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
            if answer.status == _OK:
                break
            if answer.status not in _RETRIED:
                raise ValueError(f"it answered {answer.status}: {said[:200]!r}")
            time.sleep(_POLL_SECONDS)
    connection.close()


def _rest(receiver: Receiver) -> None:
    """Wait until the tool has spent next to nothing for a second: some store what they took later."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    before = receiver.running.cpu_seconds()
    while time.monotonic() < deadline:
        time.sleep(_QUIET_SECONDS)
        now = receiver.running.cpu_seconds()
        if now - before < _QUIET_SHARE * _QUIET_SECONDS:
            return
        before = now


class _MemoryWatch:
    """Looks at the resident memory ten times a second."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._most = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def end(self) -> float:
        """Stop looking, and return the most that was seen, in megabytes."""
        self._over.set()
        self._thread.join()
        return self._most

    def _look(self) -> None:
        while not self._over.wait(_POLL_SECONDS):
            self._most = max(self._most, self._receiver.running.resident_megabytes())
