"""Bad input: one clear sentence, the next command, the right exit code, nothing lost."""

import socket
import sqlite3
from pathlib import Path

import pytest

from flow.cli.commands import plimsoll

pytestmark = pytest.mark.model


def test_an_unknown_command_names_the_nearest(tmp_path: Path):
    done = plimsoll(tmp_path, "ingets")
    assert (done.code, "Did you mean 'ingest'?" in done.err) == (2, True)


def test_a_folder_without_a_project_says_how_to_make_one(tmp_path: Path):
    done = plimsoll(tmp_path, "ask", "Anything?")
    assert (done.code, "plimsoll init my-project" in done.err) == (2, True)


def test_an_unknown_feature_names_the_nearest(project: Path):
    done = plimsoll(project, "gate", "docs_anwser")
    assert (done.code, "did you mean 'docs_answer'" in done.err) == (2, True)


def test_a_broken_settings_file_names_file_line_and_key(project: Path):
    (project / "plimsoll.toml").write_text("[server]\nprot = 1\n")
    done = plimsoll(project, "ask", "Anything?")
    assert done.code == 2
    assert "plimsoll.toml, line 2: there is no key 'server.prot'; did you mean 'port'?" in done.err


def test_an_empty_folder_is_refused_and_the_knowledge_is_kept(project: Path):
    (project / "empty").mkdir()
    done = plimsoll(project, "ingest", "empty")
    assert (done.code, done.out) == (2, "")
    assert plimsoll(project, "ask", "What does express delivery cost?").out.startswith("Express delivery costs")


def test_unreadable_documents_are_named_and_the_others_are_read(project: Path):
    mixed = project / "mixed"
    mixed.mkdir()
    (mixed / "broken.pdf").write_bytes(b"%PDF-1.7 this is not a PDF")
    (mixed / "junk.txt").write_bytes(bytes(range(256)) * 64)
    (mixed / "good.md").write_text("# Opening hours\n\nThe shop opens at nine in the morning.\n")
    done = plimsoll(project, "ingest", "mixed")
    assert done.code == 0
    assert done.out.startswith("1 added")
    assert {"mixed/broken.pdf", "mixed/junk.txt"} <= {line.split(": ")[1] for line in done.err.splitlines()}


def test_a_port_in_use_is_named_with_another_one_to_try(project: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = plimsoll(project, "serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 4
    assert "plimsoll serve --port" in done.err


def test_an_address_beyond_loopback_needs_a_key_first(project: Path):
    done = plimsoll(project, "serve", "--host", "0.0.0.0")  # noqa: S104
    assert (done.code, "plimsoll keys create" in done.err) == (4, True)


def test_a_locked_database_is_named(project: Path):
    lock = sqlite3.connect(project / ".plimsoll" / "state.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    done = plimsoll(project, "keys", "create", "laptop")
    lock.close()
    assert done.code == 4
    assert "state.db" in done.err


def test_a_damaged_database_is_named_and_left_as_it_is(project: Path):
    database = project / ".plimsoll" / "state.db"
    for leftover in database.parent.glob("state.db*"):
        leftover.unlink()
    database.write_bytes(b"this is not a database" * 100)
    done = plimsoll(project, "ask", "Anything?")
    assert (done.code, "state.db" in done.err) == (4, True)
    assert database.read_bytes().startswith(b"this is not a database")


def test_a_broken_dataset_names_its_line(project: Path):
    (project / "datasets" / "docs_answer.jsonl").write_text('{"input": {"text": "a"}}\n{"input": \n')
    done = plimsoll(project, "eval", "docs_answer")
    assert (done.code, "docs_answer.jsonl" in done.err) == (2, True)
