"""Parsing with a deadline: a process of its own, stopped when a file hangs it and replaced when a file crashes it.

`ingest` owns one. A thread could not be stopped, and a crash in a native library would take the server along.
"""

import asyncio
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.formats import ParseLimits
from plimsoll.knowledge.parse.wire import LENGTH_BYTES, ParseReply, ParseRequest, document_of, framed

# The room's root imports the database, the gateway and the models, for two seconds of processor time; the parsers need
# none of it. So the process knows the room's folder and not its root.
BARE_ROOM = f"""
import sys, types
room = types.ModuleType("plimsoll.knowledge")
room.__path__ = [{str(Path(__file__).parents[1])!r}]
sys.modules["plimsoll.knowledge"] = room
"""
"""What the process runs first."""
_WORKER = ("-c", f"{BARE_ROOM}from plimsoll.knowledge.parse.worker import main\nmain()")
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


class ParserProcess:
    """Parses files one at a time in a process that is started when first needed."""

    def __init__(self, limits: ParseLimits, *, command: tuple[str, ...] = _WORKER) -> None:
        """Keep the limits; `command` is what the Python interpreter is told to run."""
        self._limits = limits
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the process."""
        await self.close()

    async def parse(self, path: Path, *, source: str) -> ParsedDocument:
        """Parse one file within the deadline.

        Raises UnknownFormat, TooLarge and UnreadableDocument, the last also for a parser that hangs or crashes.
        """
        request = ParseRequest(path=str(path), source=source, limits=self._limits)
        try:
            async with asyncio.timeout(self._limits.timeout_seconds) as deadline:
                reply = await self._ask(request, deadline)
        except TimeoutError as error:
            await self.close()
            raise UnreadableDocument(
                f"{source!r} was not parsed within {self._limits.timeout_seconds:g} s.",
                next_step="Split it into smaller documents, or export it again.",
            ) from error
        except (asyncio.IncompleteReadError, BrokenPipeError, ConnectionResetError) as error:
            await self.close()
            raise UnreadableDocument(
                f"The parser of {source!r} crashed.", next_step="Export the document again or convert it to Markdown."
            ) from error
        except BaseException:
            await self.close()
            raise
        return document_of(reply)

    async def close(self) -> None:
        """Stop the process, if it runs, and wait until it is gone."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        async with asyncio.timeout(_STOP_SECONDS):
            await process.communicate()

    async def _ask(self, request: ParseRequest, deadline: asyncio.Timeout) -> ParseReply:
        """Return the answer; each sign of progress, of which there is one a scanned page, moves the deadline on."""
        process = self._process or await self._start()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise BrokenPipeError
        stdin.write(framed(request))
        await stdin.drain()
        for _ in range(self._limits.max_scanned_pages + 1):
            reply = await _read_reply(stdout)
            if not reply.is_progress:
                return reply
            deadline.reschedule(asyncio.get_running_loop().time() + self._limits.timeout_seconds)
        raise BrokenPipeError

    async def _start(self) -> asyncio.subprocess.Process:
        path = os.pathsep.join(entry for entry in sys.path if entry)
        async with asyncio.timeout(_START_SECONDS):
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        return self._process


async def _read_reply(stdout: asyncio.StreamReader) -> ParseReply:
    length = int.from_bytes(await stdout.readexactly(LENGTH_BYTES))
    return msgspec.json.decode(await stdout.readexactly(length), type=ParseReply)
