"""Texts, images and documents within a message, between chat parts and Anthropic's blocks.

Files that only a provider's own store knows (by id) are refused: the other provider cannot read them.
"""

import base64
import binascii
from urllib.parse import unquote

from plimsoll.gateway.wire.requests.shapes import Block, ChatPart, Citations, File, Json, Source, refuse

_PDF = "application/pdf"


def text_part(text: str) -> Json:
    """Return a chat part, or a block: both say text alike."""
    return {"type": "text", "text": text}


def shorten(parts: list[Json]) -> str | list[Json]:
    """Return the content in its short form: a single plain text is a string, which every server takes."""
    if len(parts) == 1 and parts[0].keys() == {"type", "text"}:
        return str(parts[0]["text"])
    return parts


def to_chat_parts(block: Block, place: str) -> list[Json]:
    """Return a block of a user's turn or of a tool's result as chat parts."""
    match block.type:
        case "text":
            return [text_part(block.text)]
        case "image" if isinstance(block.source, Source):
            return [{"type": "image_url", "image_url": {"url": _source_url(block.source, place)}}]
        case "document" if isinstance(block.source, Source):
            return _document_parts(block, block.source, place)
        case "search_result":
            head = [text_part("\n".join(filter(None, (block.title, str(block.source)))))]
            return head + _nested_parts(block.content, place)
        case _:
            raise refuse(f"{place}.type", f"{block.type!r} has no counterpart in chat completions")


def _nested_parts(content: str | list[Block] | None, place: str) -> list[Json]:
    if isinstance(content, str):
        return [text_part(content)]
    return [part for block in content or [] for part in to_chat_parts(block, place)]


def _source_url(source: Source, place: str) -> str:
    if source.type == "url":
        return source.url
    if source.type == "base64":
        return f"data:{source.media_type};base64,{source.data}"
    raise refuse(f"{place}.source", f"a source of type {source.type!r} is in Anthropic's own store")


def _document_parts(block: Block, source: Source, place: str) -> list[Json]:
    if isinstance(block.citations, Citations) and block.citations.enabled:
        raise refuse(f"{place}.citations", "only Anthropic cites documents")
    context = [text_part(block.context)] if block.context else []
    if source.type == "text":
        return [*context, text_part(f"{block.title}\n\n{source.data}" if block.title else source.data)]
    if source.type == "content":
        return [*context, *_nested_parts(source.content, place)]
    url = _source_url(source, place)
    file: Json = {"filename": block.title or "document.pdf"}
    file["file_url" if source.type == "url" else "file_data"] = url
    return [*context, {"type": "file", "file": file}]


def to_block(part: ChatPart, place: str) -> Json:
    """Return a chat part as one of Anthropic's blocks."""
    block = _to_block(part, place)
    return block | {"cache_control": part.cache_control} if part.cache_control else block


def _to_block(part: ChatPart, place: str) -> Json:
    if part.type == "text":
        return text_part(part.text)
    if part.type == "refusal":
        return text_part(part.refusal)
    if part.type == "image_url" and part.image_url is not None:
        url = part.image_url if isinstance(part.image_url, str) else part.image_url.url
        return {"type": "image", "source": _url_source(url, place)}
    if part.type == "file" and part.file is not None:
        return _document(part.file, place)
    raise refuse(f"{place}.type", f"{part.type!r} has no counterpart in Anthropic's messages")


def _url_source(url: str, place: str) -> Json:
    if not url.startswith("data:"):
        return {"type": "url", "url": url}
    media_type, data = _read_data_url(url, place)
    return {"type": "base64", "media_type": media_type, "data": data}


def _read_data_url(url: str, place: str) -> tuple[str, str]:
    head, found, data = url.removeprefix("data:").partition(",")
    if not found or not head.endswith(";base64"):
        raise refuse(place, "a data URL must be of the form data:TYPE;base64,DATA")
    return head.partition(";")[0], unquote(data)


def _document(file: File, place: str) -> Json:
    if file.file_url:
        source: Json = {"type": "url", "url": file.file_url}
    elif file.file_data:
        source = _document_source(file.file_data, place)
    else:
        raise refuse(f"{place}.file", "a file's id is known to one provider only; send `file_data`")
    document: Json = {"type": "document", "source": source}
    return document | {"title": file.filename} if file.filename else document


def _document_source(data: str, place: str) -> Json:
    """Return a document's source; data without the head of a data URL is taken for a PDF."""
    media_type, encoded = _read_data_url(data, place) if data.startswith("data:") else (_PDF, data)
    if media_type.startswith("text/"):
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise refuse(place, f"the text file cannot be read: {error}") from error
        return {"type": "text", "media_type": "text/plain", "data": text}
    return {"type": "base64", "media_type": media_type, "data": encoded}
