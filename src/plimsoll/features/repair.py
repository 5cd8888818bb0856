"""The one adapter to the `json-repair` library, which reads JSON that models write almost right.

Called by `parse`, after strict reading failed. It never asks a model, and never raises.
"""

from typing import cast

import json_repair

_LONGEST = 200_000


def repair_json(text: str) -> object | None:
    """Return what the text most likely meant as JSON, or None when there is nothing to read."""
    if len(text) > _LONGEST:
        return None
    try:
        return cast("object", json_repair.loads(text, skip_json_loads=True))
    except (ValueError, RecursionError, IndexError, TypeError, KeyError):
        return None
