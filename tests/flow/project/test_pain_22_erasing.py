"""Pain 22: deletion that deletes. A person's words are gone from traces, sessions, search and the files, at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from plimsoll.project import Project
from plimsoll.records import Principal, SystemClock
from plimsoll.traces import FigureFilter, TraceFilter

from contract.server.serving import open_new_project

pytestmark = [pytest.mark.anyio, pytest.mark.model]
ADA = Principal(id="user:ada", scopes=frozenset({"ask", "read"}))
BOB = Principal(id="user:bob", scopes=frozenset({"ask", "read"}))
SECRET = "zephyrine"


async def ask(project: Project, caller: Principal, words: str) -> None:
    await project.run_feature("docs_answer", {"text": words}, caller=caller, session=f"chat of {caller.id}")


def files_with(folder: Path, words: str) -> list[str]:
    """Return the files of the traces that hold the words."""
    return [path.name for path in folder.rglob("traces.db*") if words.encode() in path.read_bytes()]


async def test_an_erased_person_is_in_no_trace_session_search_or_file(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        await ask(project, ADA, f"Does {SECRET} return an item?")
        await ask(project, BOB, "What does express delivery cost?")
        assert len(await project.traces.list(TraceFilter(text=SECRET))) == 1
        now = SystemClock().now()
        asked = FigureFilter(feature="docs_answer", since=now - timedelta(hours=1), until=now + timedelta(hours=1))
        counted = await project.traces.figures(asked)
        assert await project.erase(ADA.id) > 0
        assert await project.traces.list(TraceFilter(text=SECRET)) == []
        assert await project.traces.list(TraceFilter(subject=ADA.id)) == []
        assert [one.subject for one in await project.traces.seen_by(Principal.local()).sessions()] == [BOB.id]
        assert len(await project.traces.list(TraceFilter(text="express"))) == 1
        assert (await project.traces.figures(asked)).series[0].total.count == counted.series[0].total.count == 2
        assert files_with(project.folder, SECRET) == []
        assert files_with(project.folder, ADA.id) == []
