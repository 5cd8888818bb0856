"""What is taken out of texts before traces are stored, as `[traces]` says: patterns, a user's function, or both.

Opening a project calls it. The patterns themselves are in `text`.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import cast

from plimsoll.errors import InvalidSettings
from plimsoll.project.definitions import load_module
from plimsoll.project.settings import SETTINGS_FILE, TraceSettings
from plimsoll.text import Redactor
from plimsoll.traces import Redact, drop_content, keep_content

_SHORTEST_KEY = 16


def make_redaction(settings: TraceSettings, *, folder: Path, environ: Mapping[str, str]) -> Redact:
    """Return the redaction that the settings ask for.

    Raises:
        InvalidSettings: the key is not set or short, or there is no such function.
        InvalidFeature: the file of the function cannot be loaded.

    """
    if settings.content == "none":
        return drop_content
    key = _pseudonym_key(settings, environ)
    patterns = Redactor(settings.redact, key=key) if settings.content == "redacted" else keep_content
    if not settings.redact_with:
        return patterns
    return _both(patterns, _load_function(settings.redact_with, folder))


def _both(patterns: Redact, own: Callable[[str], object]) -> Redact:
    def redact(text: str) -> str:
        kept = own(patterns(text))
        if not isinstance(kept, str):
            raise TypeError(f"the function of [traces] redact_with returned {type(kept).__name__}, not text")
        return kept

    return redact


def _pseudonym_key(settings: TraceSettings, environ: Mapping[str, str]) -> bytes | None:
    name = settings.pseudonym_key_env
    if not name:
        return None
    key = environ.get(name, "")
    if len(key) < _SHORTEST_KEY:
        raise InvalidSettings(
            f"{SETTINGS_FILE}: [traces] pseudonym_key_env names {name[:80]!r}, which holds no key of "
            f"{_SHORTEST_KEY} characters or more.",
            next_step=f'Set it: export {name[:80]}="$(openssl rand -hex 32)"',
        )
    return key.encode()


def _load_function(named: str, folder: Path) -> Callable[[str], object]:
    file, _, name = named.partition(":")
    found = getattr(load_module(folder / file), name, None) if name and (folder / file).is_file() else None
    if not callable(found):
        raise InvalidSettings(
            f"{SETTINGS_FILE}: [traces] redact_with is {named!r}; there is no such function.",
            next_step='Name a file of the project and a function in it, e.g. redact_with = "privacy.py:take_out".',
        )
    return cast("Callable[[str], object]", found)
