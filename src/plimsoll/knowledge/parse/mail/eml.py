"""Internet mail (`.eml`), as RFC 5322 and MIME write it, by Python's own parser. `foreign_formats` calls it."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.mail.message import Attachment, Message
from plimsoll.knowledge.parse.source_file import SourceFile

_BROKEN = (AttributeError, LookupError, TypeError, ValueError, RecursionError)
"""What Python's parser raises on headers that no program would write."""
_SHOWN = ("From", "To", "Cc", "Date")


def read_eml(file: SourceFile) -> Message:
    """Return the message. Raises UnreadableDocument where the file is none."""
    try:
        message = email.message_from_bytes(file.content, _class=EmailMessage, policy=email.policy.default)
        return _message(message, file)
    except _BROKEN as error:
        raise UnreadableDocument(
            f"{file.source!r} is a damaged e-mail: {type(error).__name__}.", next_step="Export the message again."
        ) from error


def _message(message: EmailMessage, file: SourceFile) -> Message:
    headers = [(name, _header(message, name)) for name in _SHOWN]
    subject = _header(message, "Subject")
    if not subject and not any(value for _, value in headers):
        raise UnreadableDocument(
            f"{file.source!r} is no e-mail: it has no From, To, Date or Subject.", next_step="Export the message again."
        )
    return Message(
        subject=subject,
        headers=tuple(headers),
        plain=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    """Return the header decoded; as it was written, where its encoding is broken."""
    try:
        return ", ".join(str(value) for value in message.get_all(name, []))
    except _BROKEN:
        return ", ".join(str(value) for key, value in message.raw_items() if key.lower() == name.lower())


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return _text(cast("EmailMessage", part)) if part is not None else ""


def _text(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    try:
        return content.decode(part.get_content_charset("utf-8"))
    except (LookupError, UnicodeDecodeError):
        return content.decode("cp1252", "replace")


def _attachments(message: EmailMessage) -> Iterator[Attachment]:
    if not message.is_multipart():
        return
    for number, part in enumerate(message.iter_attachments(), start=1):
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        if part.get_content_disposition() != "inline":
            yield Attachment(part.get_filename() or f"attachment {number}", content)
