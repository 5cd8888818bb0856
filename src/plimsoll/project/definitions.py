"""Find the features of a project: every `Feature` that a file of `features/` defines.

A feature file is the user's own Python; what it raises while loading is reported with its file and line.
"""

import contextlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from plimsoll.errors import InvalidFeature, PlimsollError
from plimsoll.features import AnyFeature, Feature, index_features

FEATURES_FOLDER = "features"


def load_features(folder: Path) -> dict[str, AnyFeature]:
    """Load the features of the project in the folder, by name.

    Raises:
        InvalidFeature: a file cannot be loaded, or two features share a name.

    """
    files = sorted((folder / FEATURES_FOLDER).glob("*.py"))
    return index_features(feature for path in files for feature in _features_of(load_module(path)))


def _features_of(module: ModuleType) -> list[object]:
    return [value for value in vars(module).values() if isinstance(value, Feature)]


def load_module(path: Path) -> ModuleType:
    """Load a file of the user's Python; raises InvalidFeature with the file and the line that failed."""
    name = f"plimsoll_features_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise InvalidFeature(f"{path} cannot be loaded as Python.")
    module = importlib.util.module_from_spec(spec)
    # Registered while it loads, so that pydantic can resolve annotations that name the module's own classes.
    sys.modules[name] = module
    try:
        # What a feature file prints while it loads must not mix with an answer on stdout.
        with contextlib.redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except PlimsollError as error:
        where = f"{path}, line {_line_in(path, error)}"
        raise InvalidFeature(f"{where}: {error.message}", next_step=error.next_step) from error
    except (Exception, SystemExit) as error:  # a plug-in boundary: the file is the user's
        raise InvalidFeature(
            f"{path}, line {_line_in(path, error)}: {type(error).__name__}: {error}.",
            next_step="Correct the file and run the command again.",
        ) from error
    return module


def _line_in(path: Path, error: Exception | SystemExit) -> int:
    """Return the last line of the file that the error passed through."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    return next((line for line in reversed(frames) if line), 1)
