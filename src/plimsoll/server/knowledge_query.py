"""Reads what the addresses of the knowledge pages ask for. Pure; a page and its JSON twin read alike."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from plimsoll.errors import InvalidRequest, one_of, unknown_name
from plimsoll.knowledge import DOCUMENT_STATES, PATHS, DocumentPlace, DocumentState, MetadataValue, Widen
from plimsoll.project import BenchAsked, DocumentsAsked

MOST_DOCUMENTS = 1_000
DOCUMENTS_A_PAGE = 50
_MOST_PLACES = 1_000_000_000
_WIDEN: dict[str, Widen] = {"none": "none", "neighbours": "neighbours", "section": "section"}
_STATES: dict[str, DocumentState] = {state: state for state in DOCUMENT_STATES}
_YES_OR_NO = {"yes": True, "no": False}
_LONGEST = 2_000

T = TypeVar("T")


def read_documents(query: Mapping[str, str], *, sources: Sequence[str]) -> DocumentsAsked:
    """Return which documents are asked for; raises InvalidRequest for what is no choice."""
    source = query.get("source", "")
    if source and source not in sources:
        raise InvalidRequest(unknown_name("source", source, sources), next_step="Leave it out to see all.")
    return DocumentsAsked(
        origin=_origin(source),
        state=_choose("state", query.get("state", ""), _STATES),
        text=_text(query, "text").strip()[:_LONGEST],
        place=DocumentPlace(
            after=_text(query, "after"),
            before=_text(query, "before"),
            limit=_number("limit", query.get("limit", ""), most=MOST_DOCUMENTS) or DOCUMENTS_A_PAGE,
        ),
    )


def read_first(query: Mapping[str, str]) -> int:
    """Return the place of the first chunk that is asked for."""
    return _number("first", query.get("first", ""), least=0, most=_MOST_PLACES) or 0


def read_bench(query: Mapping[str, str]) -> BenchAsked:
    """Return what is put to the bench; raises InvalidRequest for what is no choice."""
    return BenchAsked(
        question=query.get("q", ""),
        passages=_number("passages", query.get("passages", ""), most=50),
        widen=_choose("widen", query.get("widen", ""), _WIDEN),
        rerank=_choose("rerank", query.get("rerank", ""), _YES_OR_NO),
        origin=_origin(query.get("source", "")),
        source_prefix=query.get("prefix", ""),
        metadata=_metadata(query.get("metadata", "")),
    )


def _text(query: Mapping[str, str], name: str) -> str:
    """Return a text of the query without the one character that a database refuses."""
    return query.get(name, "").replace("\0", "")


def _origin(source: str) -> str | None:
    return None if not source else "" if source == PATHS else source


def _choose(name: str, text: str, choices: Mapping[str, T]) -> T | None:
    if not text:
        return None
    if text not in choices:
        raise InvalidRequest(f"{name}={text!r} does not exist.", next_step=f"Choose of {one_of(choices)}.")
    return choices[text]


def _number(name: str, text: str, *, least: int = 1, most: int) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > len(str(most)) or not least <= int(text) <= most:
        raise InvalidRequest(f"{name}={text!r} is not a number from {least} to {most:,}.")
    return int(text)


def _metadata(text: str) -> dict[str, MetadataValue]:
    """Return `key=value` pairs between commas; a number or `true` reads as what it is, anything else as text."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    for key, sign, value in pairs:
        if not key.strip() or not sign or not value.strip():
            raise InvalidRequest(
                f"metadata={text!r} is no filter.", next_step="Write key=value, several between commas: team=finance."
            )
    return {key.strip(): _value(value.strip()) for key, _, value in pairs}


def _value(text: str) -> MetadataValue:
    try:
        return msgspec.json.decode(text, type=bool | float | str)
    except msgspec.DecodeError:
        return text
