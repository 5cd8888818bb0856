"""Prompts: Markdown files with Jinja2 in them, rendered in a sandbox from `input` and `passages`.

Loaded by the runner, checked when they are loaded. `<!-- system -->` and `<!-- user -->` lines cut a prompt into
messages; they are found before anything is rendered, so that no passage can speak as another role.
"""

import hashlib
import re
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, cast

import msgspec
from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, nearest_name, one_of
from plimsoll.features.front_matter import ModelSettings, split_sheet
from plimsoll.records import Message, Passage

_LARGEST_BYTES = 1_000_000
_VARIABLES = ("input", "passages")
_CORRECT = "Correct the line and run the command again."
_MARKER = re.compile(r"^<!--[ \t]*(system|user)[ \t]*-->[ \t]*\r?\n?", re.MULTILINE)
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a prompt that becomes one message."""

    role: Literal["system", "user"]
    """Who speaks."""
    template: Template
    """What is said, ready to be rendered."""
    first_line: int
    """Line of the file on which it begins, counted from 1."""


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """A loaded prompt."""

    path: str
    """Its file, relative to the project."""
    sha256: str
    """Hash of the whole file, head included."""
    text: str = ""
    """That file."""
    settings: ModelSettings
    """Parameters of the model call."""
    sections: tuple[Section, ...]
    """What becomes its messages, in order."""


def load_prompt(root: Path, path: str, *, model: type[BaseModel]) -> Prompt:
    """Read and check a prompt file whose `input` is of the model; raises InvalidFeature naming file and line."""
    text = _read(root / path, shown=path)
    sheet = split_sheet(path, text)
    _refuse_unknown_names(path, body=sheet.body, first_line=sheet.first_line, model=model)
    sections = tuple(_sections(path, body=sheet.body, first_line=sheet.first_line))
    if not any(section.role == "user" for section in sections):
        raise InvalidFeature(
            f"{path}: the prompt says nothing as the user.", next_step="Write what the model shall do."
        )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Prompt(path=path, sha256=digest, text=text, settings=sheet.settings, sections=sections)


def render_prompt(prompt: Prompt, *, value: BaseModel, passages: tuple[Passage, ...] = ()) -> tuple[Message, ...]:
    """Return the messages for one input; raises InvalidFeature naming file and line when a name is not defined."""
    return tuple(
        Message(role=section.role, content=_render(prompt.path, section, value=value, passages=passages))
        for section in prompt.sections
    )


def _read(file: Path, *, shown: str) -> str:
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            raise InvalidFeature(
                f"The prompt {shown!r} is larger than {_LARGEST_BYTES} bytes.", next_step="Shorten it."
            )
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidFeature(_missing(file, shown), next_step="Write it, or correct the path in the feature.") from None
    except UnicodeDecodeError as error:
        raise InvalidFeature(
            f"The prompt {shown!r} is not UTF-8 text (byte {error.start}).", next_step="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise InvalidFeature(
            f"The prompt {shown!r} could not be read: {error.strerror}.",
            next_step="Check the file and its permissions.",
        ) from error


def _missing(file: Path, shown: str) -> str:
    folder = file.parent
    known = sorted(path.name for path in folder.glob("*.md")) if folder.is_dir() else []
    near = nearest_name(file.name, known)
    hint = f" Did you mean {near!r}?" if near else ""
    there = f" That folder holds {one_of(known)}." if known else ""
    return f"There is no prompt {shown!r} in the project.{hint}{there}"


def _sections(path: str, *, body: str, first_line: int) -> Iterator[Section]:
    markers = list(_MARKER.finditer(body))
    lead_end = markers[0].start() if markers else len(body)
    cuts = [("user", 0, lead_end)]
    ends = [*(marker.start() for marker in markers[1:]), len(body)]
    cuts += [(marker[1], marker.end(), end) for marker, end in zip(markers, ends, strict=False)]
    for role, start, end in cuts:
        if not body[start:end].strip():
            continue
        line = first_line + body.count("\n", 0, start)
        template = _compile(path, body[start:end], first_line=line)
        yield Section(role=cast("Literal['system', 'user']", role), template=template, first_line=line)


def _compile(path: str, source: str, *, first_line: int) -> Template:
    try:
        return _ENVIRONMENT.from_string(source)
    except TemplateSyntaxError as error:
        raise _misspelt(path, error, first_line=first_line) from error


def _misspelt(path: str, error: TemplateSyntaxError, *, first_line: int) -> InvalidFeature:
    reason = (error.message or "it is no Jinja2").rstrip(".")
    return InvalidFeature(f"{path}:{first_line + error.lineno - 1}: {reason}.", next_step=_CORRECT)


def _refuse_unknown_names(path: str, *, body: str, first_line: int, model: type[BaseModel]) -> None:
    try:
        tree = _ENVIRONMENT.parse(body)
    except TemplateSyntaxError as error:
        raise _misspelt(path, error, first_line=first_line) from error
    for name in sorted(find_undeclared_variables(tree) - set(_VARIABLES)):
        line = first_line - 1 + min((node.lineno for node in tree.find_all(nodes.Name) if node.name == name), default=1)
        raise InvalidFeature(f"{path}:{line}: {name!r} is not defined.{_hint(name, _VARIABLES)}", next_step=_CORRECT)
    for node in tree.find_all(nodes.Getattr):
        if isinstance(node.node, nodes.Name) and node.node.name == "input" and not _has(model, node.attr):
            line = first_line + node.lineno - 1
            raise InvalidFeature(
                f"{path}:{line}: input has no field {node.attr!r}.{_hint(node.attr, model.model_fields)}",
                next_step=_CORRECT,
            )


def _has(model: type[BaseModel], name: str) -> bool:
    return name in model.model_fields or hasattr(model, name)


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest_name(name, names)
    return (f" Did you mean {near!r}?" if near else "") + f" Known: {one_of(names)}."


def _render(path: str, section: Section, *, value: BaseModel, passages: tuple[Passage, ...]) -> str:
    try:
        return section.template.render(input=value, passages=passages).strip()
    except (TemplateError, SecurityError, UndefinedError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        line = _template_line(error)
        where = f"{path}:{section.first_line + line - 1}" if line else path
        reason = str(error).rstrip(".")
        raise InvalidFeature(f"{where}: the prompt could not be rendered: {reason}.", next_step=_CORRECT) from error


def _template_line(error: Exception) -> int | None:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
    return frames[-1].lineno if frames else None
