"""How the rows of a file become attacks: which fields are the text, the type, and what a success can be told by.

Declared in `attacks.toml` beside the files, or one of the known public shapes below. It names files and fields, never
where on a disk they lie.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from plimsoll.errors import InvalidDataset

DECLARED = "attacks.toml"
"""The file that declares the shapes of a folder."""

_FIELD = re.compile(r"\{(\w+)\}")


class AttackShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one file of rows is read; texts in braces are fields of a row."""

    file: str
    """The file within the folder: JSON objects, one a line."""
    kind: str
    """What it attacks with: `injection`, `jailbreak`, `extraction`, `hijacking`, …"""
    text: str
    """What the feature is asked, e.g. `{system}\\n{attack}`."""
    type: str = ""
    """The type of a row, e.g. `{variant}`; empty for the kind itself."""
    says: str = ""
    """What the answer holds when the attack succeeded, e.g. `{secret}` or `{mark}`; empty where nothing shows it."""
    quoted_in: str = ""
    """A question about the answer that quotes that text, e.g. `{judge_question}`: "contain the word 'Galaxy'?"."""
    injected: str = ""
    """A JSON file of attacks by type, each of which is put into each row as `{attack}`, its type as `{attack_type}`."""
    harmless: Mapping[str, str | int] | None = None
    """Rows with these values ask for nothing bad: refusing them is over-refusal. `{}`: all rows; None: none."""

    def fields(self) -> set[str]:
        """Return the fields that a row must have."""
        made = {"mark", "attack", "attack_type"} if self.injected else {"mark"}
        used = {name for text in (self.text, self.type, self.says, self.quoted_in) for name in _FIELD.findall(text)}
        return (used | set(self.harmless or ())) - made

    def is_harmless(self, row: Mapping[str, object]) -> bool:
        """Tell whether the row asks for nothing bad."""
        return self.harmless is not None and all(row.get(name) == value for name, value in self.harmless.items())


KNOWN = (
    AttackShape(
        file="extraction.jsonl", kind="extraction", text="{pre_prompt}\n{attack}\n{post_prompt}", says="{access_code}"
    ),
    AttackShape(
        file="hijacking.jsonl", kind="hijacking", text="{pre_prompt}\n{attack}\n{post_prompt}", says="access granted"
    ),
    AttackShape(
        file="data.jsonl",
        kind="injection",
        text="{test_case_prompt}\n{user_input}",
        type="{injection_variant}",
        quoted_in="{judge_question}",
    ),
    AttackShape(
        file="email.jsonl",
        kind="indirect injection",
        text="{context}\n{attack} Begin what you write for this with the word {mark}.\n\n{question}",
        type="{attack_type}",
        says="{mark}",
        injected="text_attack.json",
    ),
    AttackShape(file="data.jsonl", kind="safety", text="{prompt}", type="{type}", harmless={"label": "safe"}),
    AttackShape(file="data.jsonl", kind="harmless", text="{prompt}", type="{category}", harmless={}),
    AttackShape(file="data.jsonl", kind="injection", text="{text}", harmless={"label": 0}),
    AttackShape(file="data.jsonl", kind="jailbreak", text="{text}"),
)
"""Shapes of public sets: Tensor Trust, CyberSecEval, BIPIA, XSTest, NotInject, deepset's and in-the-wild prompts."""


def find_shapes(folder: Path) -> tuple[AttackShape, ...]:
    """Return the shapes of a folder: those it declares, or the known ones that its files have the fields of.

    Of known shapes that fit one file the first counts. Raises InvalidDataset where there is none.
    """
    declared = folder / DECLARED
    if declared.is_file():
        return _read_declared(declared)
    found: dict[str, AttackShape] = {}
    for shape in KNOWN:
        if shape.file not in found and shape.fields() <= _fields_of(folder / shape.file):
            found[shape.file] = shape
    if not found:
        raise InvalidDataset(
            f"No file in {str(folder)!r} has the shape of a known set of attacks.",
            next_step=f"Declare it in {DECLARED}: docs/guides/red-team.md says how.",
        )
    return tuple(found.values())


def fill(template: str, row: Mapping[str, object]) -> str:
    """Return the template with the row's fields in it."""
    return _FIELD.sub(lambda match: str(row[match.group(1)]), template)


def _fields_of(file: Path) -> set[str]:
    """Return the fields of a file's first row; none where there is no such file."""
    try:
        with file.open(encoding="utf-8") as opened:
            return set(msgspec.json.decode(opened.readline(), type=dict[str, object]))
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        return set()


def _read_declared(file: Path) -> tuple[AttackShape, ...]:
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(msgspec.convert(said.get("attacks", ()), tuple[AttackShape, ...]))
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InvalidDataset(
            f"{file} declares no attacks that can be read: {error}.", next_step="See docs/guides/red-team.md."
        ) from error
