"""Faults of the machine and of the files, injected for real: one sentence, the next command, nothing lost."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import plimsoll as library
from plimsoll import Outcome
from plimsoll.cli.console import plain
from plimsoll.errors import InvalidFeature, InvalidSettings, ModelMissing
from plimsoll.gateway import find_model, load_embedder

from flow.cli.commands import plimsoll, surroundings

pytestmark = [pytest.mark.anyio, pytest.mark.model]

QUESTION = "What does express delivery cost?"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "none", str(disk)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("a small disk cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def _count_documents(project: Path) -> int:
    connection = sqlite3.connect(project / ".plimsoll" / "state.db")
    count: int = connection.execute("SELECT count(*) FROM knowledge_documents").fetchone()[0]
    connection.close()
    return count


def _fill_up(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(1_000))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes no such file name")
async def test_a_file_name_that_is_no_text_is_read_under_a_name_that_is(project: Path):
    (project / "odd").mkdir()
    (project / "odd" / os.fsdecode(b"caf\xe9.md")).write_text("# Coffee\n\nThe machine is on the third floor.\n")
    async with library.open(project, environ={}) as opened:
        report = await opened.knowledge.ingest([project / "odd"])
        assert (report.added, report.failed) == (1, ())
        assert "odd/caf\\xe9.md" in [document.source for document in await opened.knowledge.documents()]


async def test_an_index_that_is_scrambled_is_built_again_from_the_truth(project: Path):
    for file in (project / ".plimsoll" / "index").rglob("*"):
        if file.is_file():
            file.write_bytes(b"\xff\xfe scrambled")
    async with library.open(project, environ={}) as opened:
        assert (await opened.ask(QUESTION)).outcome is Outcome.ANSWERED


async def test_a_question_before_the_first_ingestion_says_what_to_type(project: Path):
    shutil.rmtree(project / ".plimsoll")
    async with library.open(project, environ={}) as opened:
        result = await opened.ask(QUESTION)
    assert (result.outcome, "plimsoll ingest" in result.message) == (Outcome.ABSTAINED, True)


@pytest.mark.parametrize("file", ["graph.onnx", "tokenizer.json"])
def test_a_damaged_model_says_which_folder_to_delete(tmp_path: Path, file: str):
    folder = tmp_path / "model"
    folder.mkdir()
    for whole in find_model().iterdir():
        (folder / whole.name).symlink_to(whole)
    (folder / file).unlink()
    (folder / file).write_bytes(b"scrambled")
    with pytest.raises(ModelMissing, match=file) as caught:
        load_embedder(folder)
    assert caught.value.next_step == f"Delete the folder {str(folder)!r} and run `plimsoll models install`."


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('[models.default]\nmodel = "plimsoll/raeder"', "did you mean 'plimsoll/reader'"),
        ('[storage]\nurl = "$NO_SUCH_VARIABLE"', r"storage.url names \$NO_SUCH_VARIABLE, which is not set"),
        ('[knowledge.docs]\npaths = "documents"', r'line 2: knowledge.docs.paths is .* it must be a list, e.g. \["doc'),
    ],
)
async def test_a_wrong_setting_is_found_before_anything_runs(project: Path, settings: str, message: str):
    (project / "plimsoll.toml").write_text(settings)
    with pytest.raises(InvalidSettings, match=message):
        async with library.open(project, environ={}):
            pass


async def test_a_feature_file_that_exits_is_a_mistake_and_no_verdict(project: Path):
    (project / "features" / "leaver.py").write_text("import sys\n\nsys.exit(3)\n")
    with pytest.raises(InvalidFeature, match=r"leaver\.py, line 3: SystemExit: 3"):
        async with library.open(project, environ={}):
            pass


async def test_what_a_feature_file_prints_does_not_mix_with_an_answer(
    project: Path, capsys: pytest.CaptureFixture[str]
):
    (project / "features" / "talker.py").write_text("import sys\n\nsys.stdout.write('loaded')\n")
    async with library.open(project, environ={}):
        assert capsys.readouterr() == ("", "loaded")


@pytest.mark.parametrize("prompt", ["{{ input.text", "{{ input.text.__class__ }}", "{{ 1 / 0 }}", "{{ nope }}"])
async def test_a_broken_prompt_names_its_line_in_one_sentence(project: Path, prompt: str):
    (project / "prompts" / "answer.md").write_text(f"Answer.\n{prompt}\n")
    async with library.open(project, environ={}) as opened:
        with pytest.raises(InvalidFeature, match=r"prompts/answer\.md:2: .*[^.]\.$") as caught:
            await opened.ask(QUESTION)
    assert caught.value.message.count("..") == 0


def test_control_characters_cannot_steer_the_terminal():
    assert plain("a\x1b[31m\nb\x9b", keep="\n") == "a\\x1b[31m\nb\\x9b"


def test_documents_of_which_none_can_be_read_end_with_the_code_for_must_change(project: Path):
    (project / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    done = plimsoll(project, "ingest", "broken.pdf", "plimsoll.toml")
    assert (done.code, len(done.err.splitlines())) == (2, 2)


def test_a_summary_that_cannot_be_written_is_refused_before_the_cases_run(project: Path):
    done = plimsoll(project, "gate", "docs_answer", "--markdown", "no/where.md")
    assert (done.code, done.out, "'no/where.md' does not exist" in done.err) == (2, "", True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_has_nowhere_to_go_is_no_defect(tmp_path: Path):
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "plimsoll", "--help"]
        done = subprocess.run(command, cwd=tmp_path, env=surroundings(), stdout=full, stderr=-1, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        4,
        "plimsoll: The system refused: No space left on device.",
    )


def test_a_full_disk_is_named_and_what_was_known_stays_known(project: Path, small_disk: Path):
    moved = Path(shutil.copytree(project, small_disk / "project"))
    _fill_up(small_disk)
    done = plimsoll(moved, "ask", QUESTION, "--json")
    assert (done.code, done.out, "is full" in done.err) == (4, "", True)
    new = plimsoll(small_disk, "init", "another")
    assert (new.code, "the disk is full" in new.err, list(small_disk.glob("*another*"))) == (4, True, [])
    (small_disk / "filler").unlink()
    assert plimsoll(moved, "ask", QUESTION).out.startswith("Express delivery costs")


def test_ctrl_c_while_documents_are_read_keeps_what_was_read(project: Path):
    for number in range(240):
        text = "\n\n".join(f"Paragraph {line} of volume {number} speaks of item {number * line}." for line in range(9))
        (project / "documents" / f"volume{number:03}.md").write_text(f"# Volume {number}\n\n{text}\n")
    command = [sys.executable, "-m", "plimsoll", "ingest"]
    with subprocess.Popen(command, cwd=project, env=surroundings(), stderr=subprocess.PIPE, text=True) as running:
        give_up_at = time.monotonic() + 60
        while _count_documents(project) < 10 and time.monotonic() < give_up_at:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.02)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
    kept = _count_documents(project)
    assert (running.returncode, err.count("\n"), "Run the same command again" in err) == (130, 1, True)
    assert 10 <= kept < 242
    again = plimsoll(project, "ingest")
    assert (again.code, _count_documents(project)) == (0, 242)
    assert again.out.startswith(f"{242 - kept} added, 0 changed, {kept} unchanged")
