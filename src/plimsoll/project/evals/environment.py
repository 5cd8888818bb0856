"""On what an evaluation ran: versions, system and machine, for its record. No name of a person or host, no secret."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version


def describe_environment() -> dict[str, str]:
    """Return the versions of Python and Plimsoll, the operating system, the processor and its cores."""
    return {
        "python": platform.python_version(),
        "plimsoll": _own_version(),
        "system": f"{platform.system()} {platform.release()}",
        "machine": platform.machine(),
        "cores": str(os.cpu_count() or 0),
    }


def _own_version() -> str:
    try:
        return version("plimsoll")
    except PackageNotFoundError:  # run from a folder, not installed
        return ""
