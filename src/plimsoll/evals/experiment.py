"""What a run was made with, beyond its dataset: enough to say later what was different, and nothing secret.

Filled in by the project before a run, kept with it, and read by the history of runs. Pure.
"""

import msgspec

Parameter = str | int | float | bool | None
"""A setting of a model call."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was made with; what is empty was not told."""

    target: str = "feature"
    """What was evaluated: `feature`, `function` or `endpoint`."""
    variant: str = ""
    """What the run changed of the feature's definition, e.g. `model=strong`; empty for the feature as it is."""
    prompt: str = ""
    """The prompt's file, relative to the project."""
    prompt_hash: str = ""
    """SHA-256 of that file."""
    alias: str = ""
    """The name by which the model was asked for."""
    parameters: dict[str, Parameter] = {}
    """Parameters of the model call that the prompt's head sets."""
    parts: dict[str, str] = {}
    """Hash of each part of the configuration, by its name: `retrieval`, `output`, …"""
    knowledge: dict[str, str] = {}
    """What each corpus that is retrieved from held: a hash of its documents and embedding model, by its name."""
    answered_by: tuple[str, ...] = ()
    """The models that answered, as `provider/model` in the provider's own words; empty when they were not told."""
    is_dirty: bool | None = None
    """Whether the project's tree held changes that its commit does not; None where that could not be told."""
    environment: dict[str, str] = {}
    """Python, Plimsoll, operating system, processor and cores that it ran on."""
