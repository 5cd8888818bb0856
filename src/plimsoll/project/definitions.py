"""Find the features of a project: every `Feature` that a file of `features/` defines.

A feature file is the user's own Python; what it raises while loading is reported with its file and line.
"""

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from pydantic import BaseModel

from plimsoll.errors import InvalidFeature
from plimsoll.features import Feature

FEATURES_FOLDER = "features"

AnyFeature = Feature[BaseModel, BaseModel]
"""A feature of whatever input and output."""


def load_features(folder: Path) -> dict[str, AnyFeature]:
    """Load the features of the project in the folder, by name.

    Raises:
        InvalidFeature: a file cannot be loaded, or two define the same name.

    """
    found: dict[str, AnyFeature] = {}
    defined_in: dict[str, Path] = {}
    for path in sorted((folder / FEATURES_FOLDER).glob("*.py")):
        for feature in _features_of(_load_module(path)):
            if feature.name in found and found[feature.name] is not feature:
                raise InvalidFeature(
                    f"{path} defines the feature {feature.name!r}, and so does {defined_in[feature.name]}.",
                    next_step="Rename one of them.",
                )
            found[feature.name] = feature
            defined_in.setdefault(feature.name, path)
    return found


def _features_of(module: ModuleType) -> list[AnyFeature]:
    return [value for value in vars(module).values() if isinstance(value, Feature)]


def _load_module(path: Path) -> ModuleType:
    name = f"plimsoll_features_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InvalidFeature(f"{path} cannot be loaded as Python.")
    module = importlib.util.module_from_spec(spec)
    # Registered while it loads, so that pydantic can resolve annotations that name the module's own classes.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except InvalidFeature:
        raise
    except Exception as error:  # a plug-in boundary: the file is the user's
        raise InvalidFeature(
            f"{path}, line {_line_in(path, error)}: {type(error).__name__}: {error}.",
            next_step="Correct the file and run the command again.",
        ) from error
    return module


def _line_in(path: Path, error: Exception) -> int:
    """Return the last line of the file that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return next((line for line in reversed(frames) if line), 1)
