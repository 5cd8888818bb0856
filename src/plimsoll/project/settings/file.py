"""The only reader of `plimsoll.toml`. It names the file, the line, the key and the allowed values of every mistake."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from plimsoll.errors import InvalidSettings, NoProject
from plimsoll.project.settings.mistakes import describe_mistake
from plimsoll.project.settings.settings import Settings

SETTINGS_FILE = "plimsoll.toml"


def read_settings(folder: Path) -> Settings:
    """Read the settings of the project in the folder.

    Raises:
        NoProject: the folder holds no `plimsoll.toml`.
        InvalidSettings: the file cannot be used; the message names file, line, key and allowed values.

    """
    path = folder / SETTINGS_FILE
    text = _read_text(path)
    try:
        return Settings.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path}: {error}.", next_step="Correct the line and run the command again.") from error
    except ValidationError as error:
        message = describe_mistake(error.errors()[0], text, path, model=Settings)
        raise InvalidSettings(message, next_step="See docs/reference/settings.md.") from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise NoProject(
            f"There is no {SETTINGS_FILE} in {str(path.parent.resolve())!r}.",
            next_step="Make a project with `plimsoll init my-project`, or change to a project's folder.",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidSettings(f"{path} is not UTF-8 text.", next_step="Save it as UTF-8.") from error
    except OSError as error:
        raise InvalidSettings(
            f"{path} cannot be read: {error.strerror}.", next_step="Check its permissions."
        ) from error
