"""A source of files in a git repository of this machine, as they are at one commit. The `git` command reads them.

Nothing is fetched from elsewhere unless it is declared, and nothing in the repository is run: no hooks, no filters.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from plimsoll.errors import SourceUnavailable
from plimsoll.knowledge.parse import is_known_format
from plimsoll.knowledge.sources.source import Listing, SourceItem, scratch_file

_FILE_MODES = {b"100644", b"100755"}
_SAFE = ("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never")
_STOP_SECONDS = 5.0
_MOST_BYTES = 200_000_000
"""Most output of one command."""


class GitSource:
    """Files of a commit, named `git:SOURCE/path`."""

    kind = "git"

    def __init__(
        self, name: str, repository: Path, *, ref: str, paths: Sequence[str], fetches: bool, seconds: float
    ) -> None:
        self._name = name
        self._repository = repository
        self._ref = ref
        self._paths = tuple(paths)
        self._fetches = fetches
        self._seconds = seconds

    async def list(self, *, known: Mapping[str, str], scratch: Path) -> Listing:
        """Return the files of the commit that a parser reads; a file's version is the hash of its content in git."""
        if self._fetches:
            await self._git("fetch", "--quiet", "--no-recurse-submodules")
        commit = (await self._git("rev-parse", "--verify", "--end-of-options", f"{self._ref}^{{commit}}")).decode()
        commit = commit.strip()
        listed = await self._git("ls-tree", "-r", "-z", "--full-tree", commit, "--", *self._paths)
        changed = await self._changed_at(commit)
        items: list[SourceItem] = []
        skipped: dict[str, int] = {}
        for entry in filter(None, listed.split(b"\0")):
            about, _, raw = entry.partition(b"\t")
            mode, _, blob = about.split(b" ")[:3]
            path = PurePosixPath(raw.decode("utf-8", "backslashreplace"))
            if mode not in _FILE_MODES:
                continue
            if not is_known_format(path):
                ending = path.suffix.lower() or path.name
                skipped[ending] = skipped.get(ending, 0) + 1
                continue
            items.append(
                SourceItem(
                    name=f"git:{self._name}/{path}",
                    version=blob.decode(),
                    modified_at=changed.get(raw),
                    place=str(len(items)),
                )
            )
        return Listing(items=tuple(items), skipped=skipped)

    async def fetch(self, item: SourceItem, *, scratch: Path) -> Path:
        """Write the file as it is at the commit."""
        content = await self._git("cat-file", "blob", item.version)
        path = scratch_file(scratch, int(item.place), PurePosixPath(item.name).suffix.lower())
        await asyncio.to_thread(path.write_bytes, content)
        return path

    async def _changed_at(self, commit: str) -> dict[bytes, datetime]:
        """Return when each file last changed on the way to the commit, by its path."""
        told = await self._git(
            "log", "--format=%x01%ct", "--name-only", "-z", "--no-renames", commit, "--", *self._paths
        )
        found: dict[bytes, datetime] = {}
        for entry in told.split(b"\x01")[1:]:
            moment, _, rest = entry.partition(b"\0")
            at = datetime.fromtimestamp(int(moment.strip()), UTC)
            for path in filter(None, (name.lstrip(b"\n") for name in rest.split(b"\0"))):
                found.setdefault(path, at)
        return found

    async def _git(self, *arguments: str) -> bytes:
        command = ("git", "--no-optional-locks", *_SAFE, "-C", str(self._repository), *arguments)
        try:
            async with asyncio.timeout(self._seconds):
                return await _run(command)
        except TimeoutError as error:
            raise SourceUnavailable(
                f"`git {arguments[0]}` in {str(self._repository)!r} took more than {self._seconds:g} s.",
                next_step="Raise `seconds` of the source in plimsoll.toml.",
            ) from error
        except OSError as error:
            raise SourceUnavailable(f"`git` could not be run: {error.strerror}.", next_step="Install git.") from error
        except _GitFailed as error:
            raise SourceUnavailable(
                f"`git {arguments[0]}` in {str(self._repository)!r} failed: {error}.",
                next_step="Check `repository`, `ref` and `paths` of the source in plimsoll.toml.",
            ) from error


class _GitFailed(Exception):
    """What git says of it."""


async def _run(command: Sequence[str]) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "LC_ALL": "C",
        },
    )
    try:
        out, err = await asyncio.gather(_read(process.stdout), _read(process.stderr))
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            async with asyncio.timeout(_STOP_SECONDS):
                await process.wait()
    if code:
        said = err.decode("utf-8", "replace").strip().splitlines()
        raise _GitFailed((said[-1] if said else f"exit code {code}").rstrip("."))
    return out


async def _read(stream: asyncio.StreamReader | None) -> bytes:
    content = bytearray()
    while stream is not None and (part := await stream.read(65_536)):
        content += part
        if len(content) > _MOST_BYTES:
            raise _GitFailed(f"it wrote more than {_MOST_BYTES / 1e6:g} MB")
    return bytes(content)
