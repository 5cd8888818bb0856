"""Files of a project that Plimsoll writes: whole or not at all."""

import errno
from pathlib import Path

from plimsoll.errors import DiskFull, OperatorError


def put_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it: a full disk or a killed process leaves the old one.

    Raises DiskFull, and OperatorError where this user may not write there.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"There is no room left for {path}.", next_step="Make room and try again.") from error
        raise OperatorError(
            f"{path} could not be written: {error.strerror}.", next_step="Check the folder and its permissions."
        ) from error
