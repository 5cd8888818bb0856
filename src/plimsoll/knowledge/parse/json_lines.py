"""JSON lines: a record a line, as its names and values; long values stand as paragraphs of their own.

`text_formats` calls it. A line that is no JSON is passed over and reported; a file of nothing else is refused.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

import msgspec

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.bounded_rows import RowBudget
from plimsoll.knowledge.parse.decode import decode_text
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.table_rows import one_line
from plimsoll.knowledge.parse.writing import DocumentWriter

_LONG = 200
_LINES_NAMED = 5
_DEEPEST = 20
_LONGEST_KEY = 80

Pairs = list[tuple[str, str]]
"""Names and values of a record, nested names joined by dots."""


def parse_json_lines(file: SourceFile) -> ParsedDocument:
    """Return every record as text. Raises UnreadableDocument where no line is JSON."""
    decoded = decode_text(file)
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    budget, wrong = RowBudget(file.max_rows), list[int]()
    budget.write(_record_lines(budget, decoded.text, wrong), writer)
    if wrong and not writer.length:
        raise UnreadableDocument(
            f"{file.source!r} holds no line that is JSON.", next_step="Write one JSON object a line, or name it .txt."
        )
    notes = (*decoded.notes, *_about(wrong, file.source))
    return writer.finish(title=file.title_from_name(), notes=notes, truncated=budget.truncated())


def _record_lines(budget: RowBudget, text: str, wrong: list[int]) -> Iterator[str]:
    numbered = ([str(number), line] for number, line in enumerate(text.split("\n"), start=1) if line.strip())
    for number, line in budget.rows(numbered):
        try:
            record = cast("object", msgspec.json.decode(line.encode("utf-8", "replace")))
        except (msgspec.DecodeError, RecursionError):
            wrong.append(int(number))
            continue
        yield _as_block(list(_pairs(record, "", depth=0)))


def _as_block(pairs: Pairs) -> str:
    short = [f"{name}: {one_line(value)}" for name, value in pairs if not _is_long(value)]
    long = [f"{name}: {value.strip()}" for name, value in pairs if _is_long(value)]
    return "\n\n".join([f"- {'; '.join(short)}", *long] if short else long)


def _is_long(value: str) -> bool:
    return len(value) > _LONG or "\n\n" in value


def _pairs(value: object, name: str, *, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for key, inner in cast("Mapping[str, object]", value).items():
            yield from _pairs(inner, f"{name}.{key}"[-_LONGEST_KEY:] if name else key[:_LONGEST_KEY], depth=depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        yield from _of_list(cast("Sequence[object]", value), name, depth=depth)
    elif value is not None and value != "":
        yield name or "value", value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _of_list(values: Sequence[object], name: str, *, depth: int) -> Iterator[tuple[str, str]]:
    if all(not isinstance(value, dict | list) for value in values):
        joined = ", ".join(text for value in values for _, text in _pairs(value, name, depth=depth + 1))
        if joined:
            yield name or "value", joined
        return
    for place, value in enumerate(values, start=1):
        yield from _pairs(value, f"{name}.{place}" if name else str(place), depth=depth + 1)


def _about(wrong: Sequence[int], source: str) -> Iterator[str]:
    if wrong:
        named = ", ".join(str(number) for number in wrong[:_LINES_NAMED])
        more = f" and {len(wrong) - _LINES_NAMED} more" if len(wrong) > _LINES_NAMED else ""
        yield f"{source!r} has lines that are no JSON and were passed over: {named}{more}."
