"""The tools under comparison: how each is started, where it takes spans, and how many its database holds."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
from gateway_kit.running import GATEWAY_CORE, NotStarted, Running, free_port, started

_PROJECT = "shop"


class Receiver(msgspec.Struct, frozen=True, kw_only=True):
    """One tool, ready to take spans."""

    running: Running
    """Its process and children."""
    port: int
    """Where it listens, on 127.0.0.1."""
    database: Path
    """The SQLite file that its spans come to lie in."""
    headers: dict[str, str] = {}
    """What its own exporters send besides."""

    def held(self) -> int:
        """Return how many spans its database holds."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            [(count,)] = connection.execute("SELECT count(*) FROM spans").fetchall()
        return int(count)


@contextmanager
def plimsoll(folder: Path, _: Path) -> Generator[Receiver]:
    """Start this tree's server on a fresh project."""
    plim = [sys.executable, "-m", "plimsoll"]
    subprocess.run([*plim, "init", _PROJECT], cwd=folder, check=True, capture_output=True)
    place, port = folder / _PROJECT, free_port()
    with started([*plim, "serve", "--port", str(port)], core=GATEWAY_CORE, folder=place) as running:
        running.wait_for_port(port)
        yield Receiver(running=running, port=port, database=place / ".plimsoll" / "traces.db")


@contextmanager
def phoenix(folder: Path, peers: Path) -> Generator[Receiver]:
    """Start Phoenix on SQLite, its own telemetry off."""
    port = free_port()
    environment = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
        "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    }
    command = [_program(peers, "phoenix"), "serve"]
    with started(command, core=GATEWAY_CORE, folder=folder, environment=_bare(environment)) as running:
        running.wait_for_port(port)
        yield Receiver(running=running, port=port, database=folder / "phoenix.db")


@contextmanager
def mlflow(folder: Path, peers: Path) -> Generator[Receiver]:
    """Start MLflow's tracking server on SQLite with one worker."""
    port, database = free_port(), folder / "mlflow.db"
    command = [
        *(_program(peers, "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{database}", "--default-artifact-root", str(folder / "artifacts")),
    ]
    environment = _bare({"DO_NOT_TRACK": "true", "MLFLOW_DISABLE_TELEMETRY": "true"})
    with started(command, core=GATEWAY_CORE, folder=folder, environment=environment) as running:
        running.wait_for_port(port)
        yield Receiver(running=running, port=port, database=database, headers={"x-mlflow-experiment-id": "0"})


RECEIVERS = {"plimsoll": plimsoll, "phoenix": phoenix, "mlflow": mlflow}


def version_of(tool: str, peers: Path) -> str:
    """Return the version of a tool; empty where it is not installed."""
    if tool == "plimsoll":
        return "this tree"
    kept = peers / tool / "VERSION"
    return kept.read_text().strip() if kept.exists() else ""


def _program(peers: Path, tool: str) -> str:
    program = peers / tool / "venv" / "bin" / tool
    if not program.exists():
        raise NotStarted(f"{tool} is not installed: run prepare_trace_peers.sh")
    return str(program)


def _bare(more: dict[str, str]) -> dict[str, str]:
    # An empty value would still be a path for Python: the peers must not see this tree.
    return {**more, "PYTHONPATH": os.devnull}
