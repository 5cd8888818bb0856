"""Run AI features in production: draw one line for quality, latency, cost and errors, and hold it.

This is the public door, and one of the two places where names load lazily: importing it costs next to nothing, and a
name is loaded from its room when it is first used. `plimsoll.scorers` holds the scorers, `plimsoll.testing` the fakes.
"""

import importlib

__version__ = "0.1.0"

_ROOM_OF = {
    "Answer": "features",
    "Case": "records",
    "Citation": "records",
    "Endpoint": "evals",
    "ErrorClass": "records",
    "Failures": "features",
    "Feature": "features",
    "Line": "line",
    "Outcome": "records",
    "Passage": "records",
    "PlimsollError": "errors",
    "Principal": "records",
    "Project": "project",
    "Question": "features",
    "Quote": "features",
    "Result": "features",
    "Retrieval": "features",
    "Sample": "line",
    "Score": "records",
    "Verdict": "records",
    "answered": "line",
    "error_rate": "line",
    "evaluate_endpoint": "evals",
    "evaluate_function": "evals",
    "latency": "line",
    "mean_cost": "line",
    "open": "project",
    "pass_rate": "line",
    "scorer": "evals",
}
"""Every public name and the room it is loaded from (PEP 562); `__init__.pyi` tells type checkers the same."""


def __getattr__(name: str) -> object:
    """Load a public name from its room."""
    room = _ROOM_OF.get(name)
    if room is None:
        raise AttributeError(f"module 'plimsoll' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"plimsoll.{room}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted([*_ROOM_OF, "__version__"])
