from pathlib import Path

import pytest

from plimsoll.knowledge import IngestProgress
from plimsoll.project.work import WorkBoard
from plimsoll.records import SystemClock
from plimsoll.testing import FakeClock


def board(folder: Path) -> WorkBoard:
    return WorkBoard(folder / "work", FakeClock(SystemClock().now()))


def test_what_is_under_way_is_seen_by_every_process_and_gone_at_its_end(tmp_path: Path):
    with board(tmp_path).under_way("ingestion", "docs"):
        seen = [(one.kind, one.name, one.done, one.total) for one in board(tmp_path).list()]
    assert (seen, board(tmp_path).list()) == ([("ingestion", "docs", 0, None)], ())


def test_it_is_gone_as_well_when_the_work_fails(tmp_path: Path):
    with pytest.raises(ValueError, match="broken"), board(tmp_path).under_way("evaluation", "a"):
        raise ValueError("broken")
    assert board(tmp_path).list() == ()


def test_progress_is_written_twice_a_second_at_most_but_the_end_at_once(tmp_path: Path):
    clock = FakeClock(SystemClock().now())
    here = WorkBoard(tmp_path / "work", clock)
    with here.under_way("evaluation", "a") as told:
        told.tell(done=1, total=3)
        early = here.list()[0].done
        clock.advance(1.0)
        told.tell(done=2, total=3)
        later = here.list()[0].done
        told.tell(done=3, total=3)
        assert (early, later, here.list()[0].done) == (0, 2, 3)


def test_whoever_else_wants_an_ingestions_progress_is_told_of_it(tmp_path: Path):
    heard: list[IngestProgress] = []
    with board(tmp_path).under_way("ingestion", "docs") as told:
        told.of_ingestion(heard.append)(IngestProgress(done=2, total=2, source="a.md", chunks=5))
        assert board(tmp_path).list()[0].done == 2
    assert [one.source for one in heard] == ["a.md"]


def test_work_whose_process_is_gone_counts_for_nothing(tmp_path: Path):
    with board(tmp_path).under_way("ingestion", "docs"):
        file = next((tmp_path / "work").glob("*.json"))
        text = file.read_text(encoding="utf-8")
        (tmp_path / "work/dead.json").write_text(text.replace('"process":', '"process":99999999,"was":'), "utf-8")
        (tmp_path / "work/broken.json").write_text("{", encoding="utf-8")
        assert len(board(tmp_path).list()) == 1


def test_a_folder_that_cannot_be_written_ends_no_work(tmp_path: Path):
    (tmp_path / "work").write_text("a file is in the way", encoding="utf-8")
    with board(tmp_path).under_way("ingestion", "docs") as told:
        told.tell(done=1, total=1)
    assert board(tmp_path).list() == ()
