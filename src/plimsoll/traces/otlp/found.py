"""Which documents another program's retrieval found, without what they say: what retrievals are compared by. Pure."""

from plimsoll.records import Attribute
from plimsoll.traces.otlp.dialects.rewriting import Json, as_list, as_object, read_json, read_object, write

DOCUMENTS = "gen_ai.retrieval.documents"
"""The attribute that says it, as retrievals here do: id, source and score of each."""
_IDS = ("id", "document_id", "doc_id", "chunk_id")
_SOURCES = ("source", "file_path", "file_name", "path", "url", "uri", "title", "name")
_TEXTS = ("content", "page_content", "text")
_MOST = 100
_LONGEST_TEXT = 60


def name_documents(attributes: dict[str, Attribute]) -> None:
    """Say which documents a retrieval's output lists, unless that is said: by source, else id, else how they begin."""
    if DOCUMENTS in attributes:
        return
    output = read_json(attributes.get("plimsoll.output"))
    listed = as_list(output) or as_list(as_object(output).get("documents"))
    named = [_name(as_object(one)) for one in listed[:_MOST]]
    if any(one["source"] for one in named):
        attributes[DOCUMENTS] = write(named)


def _name(document: dict[str, Json]) -> dict[str, Json]:
    metadata = document.get("metadata")
    known = {**document, **(read_object(metadata) if isinstance(metadata, str) else as_object(metadata))}
    own_id, text = _first(document, _IDS), _first(document, _TEXTS)
    score = known.get("score")
    return {
        "id": own_id,
        "source": _first(known, _SOURCES) or own_id or text[:_LONGEST_TEXT],
        "score": score if isinstance(score, int | float) else None,
    }


def _first(known: dict[str, Json], names: tuple[str, ...]) -> str:
    return next((str(known[name]) for name in names if isinstance(known.get(name), str | int) and known[name]), "")
