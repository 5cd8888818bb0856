"""The parser process: a file that hangs, crashes or floods costs itself only."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.errors import PlimsollError, TooLarge, UnknownFormat, UnreadableDocument
from plimsoll.knowledge.parse import ParseLimits, ParserProcess, parse_text_file
from plimsoll.knowledge.parse.parser_process import BARE_ROOM

from unit.knowledge.pdf_files import pdf_file

HANGING = ("-c", "import sys, threading; sys.stdin.buffer.read(8); threading.Event().wait()")
PAGE = "<html><body><main><h1>Title</h1><p>Some text of a page.</p></main></body></html>"
SLOW = """
import sys, threading
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.wire import ParseReply, framed
out = sys.stdout.buffer
replies = [ParseReply(is_progress=True)] * PAGES + [ParseReply(document=ParsedDocument(text="read", title="t"))]
for reply in replies:
    threading.Event().wait(0.1)
    out.write(framed(reply))
    out.flush()
sys.stdin.buffer.read()
"""
GREEDY = """
from plimsoll.knowledge.parse.worker import limit_memory
limit_memory(400_000_000)
bytearray(1_000_000_000)
"""
CRASHING = ("-c", "import os, sys; sys.stdin.buffer.read(8); os.abort()")


def test_files_of_every_kind_are_parsed_in_one_process(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "b.PDF").write_bytes(pdf_file("A page."))

    paths = sorted(tmp_path.iterdir())

    async def parse_both() -> list[str]:
        async with ParserProcess(ParseLimits()) as parser:
            return [(await parser.parse(path, source=path.name)).text for path in paths]

    assert asyncio.run(parse_both()) == ["# Title\n\nSome text of a page.", "A page."]


async def failure(path: Path, limits: ParseLimits, command: tuple[str, ...] | None = None) -> PlimsollError:
    parser = ParserProcess(limits, command=command) if command else ParserProcess(limits)
    async with parser:
        with pytest.raises(PlimsollError) as caught:
            await parser.parse(path, source=path.name)
        return caught.value


def test_a_parser_that_hangs_is_stopped_at_the_deadline(tmp_path: Path) -> None:
    error = asyncio.run(failure(tmp_path / "a.pdf", ParseLimits(timeout_seconds=0.3), HANGING))
    assert isinstance(error, UnreadableDocument)
    assert error.message == "'a.pdf' was not parsed within 0.3 s."


def test_a_parser_that_crashes_fails_one_document(tmp_path: Path) -> None:
    error = asyncio.run(failure(tmp_path / "a.pdf", ParseLimits(), CRASHING))
    assert isinstance(error, UnreadableDocument)
    assert error.message == "The parser of 'a.pdf' crashed."


def text_failure(path: Path, limits: ParseLimits) -> PlimsollError:
    with pytest.raises(PlimsollError) as caught:
        parse_text_file(path, source=path.name, limits=limits)
    return caught.value


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    error = text_failure(path, ParseLimits())
    assert isinstance(error, TooLarge)
    assert error.message == "'big.txt' has 50.0 MB; files of 50 MB or more are refused."
    assert "`max_file_mb`" in error.next_step


def test_a_text_beyond_the_character_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("word " * 100, encoding="utf-8")
    error = text_failure(path, ParseLimits(max_characters=499))
    assert isinstance(error, TooLarge)


def test_an_unknown_ending_lists_the_known_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.xyz"
    path.write_text("x", encoding="utf-8")
    error = text_failure(path, ParseLimits())
    assert isinstance(error, UnknownFormat)
    assert "'.docx', " in error.next_step


def test_a_missing_file_is_reported_as_such(tmp_path: Path) -> None:
    error = text_failure(tmp_path / "gone.md", ParseLimits())
    assert error.message == "'gone.md' could not be read: No such file or directory."


def test_cancelling_stops_the_process_and_the_next_file_gets_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_file("text"))

    async def cancel_then_parse() -> str:
        async with ParserProcess(ParseLimits()) as parser:
            task = asyncio.create_task(parser.parse(path, source="a.pdf"))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return (await parser.parse(path, source="a.pdf")).text

    assert asyncio.run(cancel_then_parse()) == "text"


def test_the_server_does_not_import_what_takes_documents_apart() -> None:
    apart = ("trafilatura", "pypdfium2", "oxmsg", "olefile", "lxml", "rapidocr", "cv2", "PIL", "xml.etree.ElementTree")
    code = f"import sys, plimsoll.server, plimsoll.cli; print([name for name in {apart!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_parser_process_starts_with_the_parsers_and_nothing_else_of_the_room() -> None:
    rest = ("plimsoll.gateway", "plimsoll.store", "sqlalchemy", "onnxruntime", "tantivy", "aiohttp", "scipy")
    code = (
        f"{BARE_ROOM}import plimsoll.knowledge.parse.worker\nprint([name for name in {rest!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_each_sign_of_progress_gives_a_long_document_its_time_anew(tmp_path: Path) -> None:
    async def read(pages: int) -> str:
        command = ("-c", BARE_ROOM + SLOW.replace("PAGES", str(pages)))
        limits = ParseLimits(timeout_seconds=10, max_scanned_pages=4)
        async with ParserProcess(limits, command=command) as parser:
            return (await parser.parse(tmp_path / "a.pdf", source="a.pdf")).text

    assert asyncio.run(read(4)) == "read"
    with pytest.raises(UnreadableDocument, match="crashed"):
        asyncio.run(read(5))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds a process to its memory in this way")
def test_the_parser_process_cannot_fill_the_memory() -> None:
    done = subprocess.run([sys.executable, "-c", BARE_ROOM + GREEDY], capture_output=True, text=True, check=False)
    assert done.stderr.strip().endswith("MemoryError")
