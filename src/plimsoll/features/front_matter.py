"""The head of a prompt file: `key: value` lines between two `---` lines, for the model's parameters.

Read by `prompt`. It is not YAML: two numbers need no more, and an error can name its line.
"""

import msgspec

from plimsoll.errors import InvalidFeature, nearest_name, one_of

_FENCE = "---"
_LARGEST_TEMPERATURE = 2.0
_MOST_TOKENS = 1_000_000


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the model call that a prompt asks for."""

    temperature: float | None = None
    """0 to 2; None leaves it to the provider."""
    max_output_tokens: int | None = None
    """Longest answer; None leaves it to the provider."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt file, cut into its head and its body."""

    settings: ModelSettings
    """What the head says."""
    body: str
    """Everything below the head."""
    first_line: int
    """Line of the file on which the body begins, counted from 1."""


def split_sheet(path: str, text: str) -> Sheet:
    """Cut a prompt file into settings and body; raises InvalidFeature naming file and line."""
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].strip() != _FENCE:
        return Sheet(settings=ModelSettings(), body=text, first_line=1)
    closing = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if closing is None:
        raise InvalidFeature(
            f"{path}:1: the head that begins with '---' never ends.", next_step="Close it with a line of '---'."
        )
    settings = _read_settings(path, lines[1:closing])
    return Sheet(settings=settings, body="".join(lines[closing + 1 :]), first_line=closing + 2)


def write_sheet(settings: ModelSettings, body: str) -> str:
    """Return a prompt file of these parameters and this body; without parameters it has no head."""
    lines = [f"{name}: {value:g}" for name, value in msgspec.structs.asdict(settings).items() if value is not None]
    return "\n".join([_FENCE, *lines, _FENCE, body]) if lines else body


def _read_settings(path: str, lines: list[str]) -> ModelSettings:
    found: dict[str, float] = {}
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        where = f"{path}:{number}"
        if not colon:
            raise InvalidFeature(f"{where}: {line.strip()!r} is not `key: value`.")
        if key in found:
            raise InvalidFeature(f"{where}: {key!r} stands there twice.", next_step="Keep one of the two lines.")
        found[key] = _read_value(where, key=key, text=value)
    return msgspec.convert(found, ModelSettings)


def _read_value(where: str, *, key: str, text: str) -> float:
    if key == "temperature":
        return _number_within(where, text=text, key=key, highest=_LARGEST_TEMPERATURE)
    if key == "max_output_tokens":
        if not text.isdecimal():
            raise InvalidFeature(f"{where}: max_output_tokens: {text!r} is not a whole number.")
        return int(_number_within(where, text=text, key=key, highest=_MOST_TOKENS, lowest=1))
    known = ModelSettings.__struct_fields__
    near = nearest_name(key, known)
    hint = f" Did you mean {near!r}?" if near else ""
    raise InvalidFeature(f"{where}: {key!r} is not a parameter of a prompt.{hint} Known: {one_of(known)}.")


def _number_within(where: str, *, text: str, key: str, highest: float, lowest: float = 0) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidFeature(f"{where}: {key}: {text!r} is not a number.") from None
    if not lowest <= value <= highest:
        raise InvalidFeature(f"{where}: {key}: {text!r} is not between {lowest:g} and {highest:g}.")
    return value
