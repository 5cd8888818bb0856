"""Internet mail (`.eml`), as RFC 5322 and MIME write it, by Python's own parser. `foreign_formats` calls it."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.mail.message import Attachment, Message
from plimsoll.knowledge.parse.source_file import SourceFile

_SHOWN = ("From", "To", "Cc", "Date")


def read_eml(file: SourceFile) -> Message:
    """Return the message. Raises UnreadableDocument where the file is none."""
    message = email.message_from_bytes(file.content, _class=EmailMessage, policy=email.policy.default)
    if not any(message.get(name) for name in (*_SHOWN, "Subject")):
        raise UnreadableDocument(
            f"{file.source!r} is no e-mail: it has no From, To, Date or Subject.", next_step="Export the message again."
        )
    return Message(
        subject=_header(message, "Subject"),
        headers=tuple((name, _header(message, name)) for name in _SHOWN),
        plain=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(_attachments(message)),
    )


def _header(message: EmailMessage, name: str) -> str:
    return ", ".join(str(value) for value in message.get_all(name, []))


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
