"""Tesseract through its command line, where it is installed and the extra is not. It reads English.

The image goes in on standard input, so nothing is written to the disk.
"""

import os
import subprocess
from collections.abc import Iterator

from plimsoll.errors import UnreadableDocument

_DEADLINE_SECONDS = 50.0
_THREADS = "2"
_LONGEST_COMPLAINT = 200


class TesseractRecogniser:
    """Starts the program once an image."""

    def __init__(self, program: str) -> None:
        """Keep where the program lies."""
        self._program = program

    def pages(self, content: bytes) -> Iterator[str]:
        """Return the text of each picture in the file. Raises UnreadableDocument."""
        yield from (page.strip() for page in self._run(content).removesuffix("\f").split("\f"))

    def _run(self, content: bytes) -> str:
        try:
            done = subprocess.run(  # noqa: S603  (a program found on the path, given no argument of anyone's)
                [self._program, "stdin", "stdout"],
                input=content,
                capture_output=True,
                timeout=_DEADLINE_SECONDS,
                check=True,
                env={**os.environ, "OMP_THREAD_LIMIT": _THREADS},
            )
        except subprocess.CalledProcessError as error:
            complaint = bytes(error.stderr).decode("utf-8", "replace").strip()[:_LONGEST_COMPLAINT]
            raise UnreadableDocument(
                f"tesseract could not read the image: {complaint}.", next_step="Save the image again as PNG."
            ) from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UnreadableDocument(
                f"tesseract did not answer: {type(error).__name__}.", next_step="Check that `tesseract --version` runs."
            ) from error
        return done.stdout.decode("utf-8", "replace")
