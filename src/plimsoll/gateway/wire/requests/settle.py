"""The last step towards a chat server: what the hub may say and chat servers refuse is said differently.

Between two other wires the hub carries images within tools' results and files by URL, since both ends know them.
"""

from typing import cast

from plimsoll.gateway.wire.requests.parts import shorten, text_part
from plimsoll.gateway.wire.requests.shapes import Json, refuse


def settle_chat(chat: Json) -> Json:
    """Return the request as chat servers take it.

    Images in tools' results move into a message of the user's right after the results. Raises InvalidRequest for files
    by URL, which chat completions cannot fetch.
    """
    settled: list[Json] = []
    attached: list[Json] = []
    for message in cast("list[Json]", chat["messages"]):
        _check_files(message)
        if message["role"] != "tool" and attached:
            settled.append({"role": "user", "content": attached})
            attached = []
        settled.append(_detach(message, attached) if message["role"] == "tool" else message)
    if attached:
        settled.append({"role": "user", "content": attached})
    return chat | {"messages": settled}


def _parts(message: Json) -> list[Json]:
    content = message.get("content")
    return cast("list[Json]", content) if isinstance(content, list) else []


def _check_files(message: Json) -> None:
    for part in _parts(message):
        if part["type"] == "file" and "file_url" in cast("Json", part["file"]):
            raise refuse("file_url", "chat completions take a file's data, not its URL")


def _detach(message: Json, attached: list[Json]) -> Json:
    """Return the tool's message with its texts only, and append the rest to `attached`, under the call's id."""
    parts = _parts(message)
    others = [part for part in parts if part["type"] != "text"]
    if not others:
        return message
    attached += [text_part(f"Part of the result of tool call {message['tool_call_id']}:"), *others]
    texts = [part for part in parts if part["type"] == "text"]
    return message | {"content": shorten(texts or [text_part("See the next message.")])}
