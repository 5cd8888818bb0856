"""How scorers read texts: the answer in an output, the texts that a case expects, and whether one contains another.

Pure. Called by the built-in scorers; it judges nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import cast

from plimsoll.line import Sample
from plimsoll.records import Case
from plimsoll.text import words

_ARTICLES = frozenset({"a", "an", "the"})
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Thai, Lao, Chinese and Japanese, which are written without spaces between words."""


def read_answer(sample: Sample) -> str | None:
    """Return the text of the answer: the field `answer`, else all texts of the output; None without an output."""
    if sample.output is None:
        return None
    answer = sample.output.get("answer")
    return answer if isinstance(answer, str) else "\n".join(_texts(sample.output))


def expected_texts(case: Case) -> list[str]:
    """Return the texts of which one is expected (`expected.contains`); empty where the case expects none."""
    value = case.expected.get("contains")
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return [one for one in listed if isinstance(one, str) and one.strip()]


def normalise(text: str) -> str:
    """Return the words of the text, without articles, in one form, joined by spaces (as SQuAD's evaluation does)."""
    kept = [word for word in words(text) if word not in _ARTICLES]
    return " ".join(kept or words(text)) or " ".join(text.casefold().split())


def is_within(wanted: str, text: str) -> bool:
    """Tell whether the text contains the wanted one, by whole words, white space, case and punctuation aside.

    So `5 days` is not within `15 days`. In scripts without spaces between words any place will do.
    """
    needle, haystack = normalise(wanted), normalise(text)
    if _UNSPACED.search(needle):
        return needle.replace(" ", "") in haystack.replace(" ", "")
    if not words(wanted):
        return needle in " ".join(text.casefold().split())
    return f" {needle} " in f" {haystack} "


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in cast("Mapping[str, object]", value).values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in cast("list[object]", value):
            yield from _texts(one)
