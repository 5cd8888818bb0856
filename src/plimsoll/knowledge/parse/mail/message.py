"""A message as both mail formats give it, and its text: who wrote what to whom when, the body, the attachments.

`eml` and `msg` fill it, `written_message` turns it into a document. What can be read of the
attachments follows.
"""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

import msgspec

from plimsoll.errors import DocumentError, TooLarge
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.web_page import all_text
from plimsoll.knowledge.parse.writing import DocumentWriter

ReadAttachment = Callable[[SourceFile], ParsedDocument]
"""Reads one attachment by its name and content. Raises DocumentError and TooLarge."""

_MOST_ATTACHMENTS_READ = 20


class Attachment(msgspec.Struct, frozen=True):
    """A file that came with a message."""

    name: str
    """Its name; may be made up by whoever sent it."""
    content: bytes
    """Its bytes."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One e-mail."""

    subject: str
    """Its subject; may be empty."""
    headers: tuple[tuple[str, str], ...]
    """Name and value of From, To, Cc, Date, as text."""
    plain: str = ""
    """Its body as text; empty where there is only HTML."""
    html: str = ""
    """Its body as HTML."""
    unread_body: str = ""
    """What kind of body there is besides, where neither of the two was found; empty where there is none."""
    attachments: tuple[Attachment, ...] = ()
    """The files that came with it, those shown within the body left out."""


def written_message(message: Message, file: SourceFile, *, read_attachment: ReadAttachment) -> ParsedDocument:
    """Return the message and what can be read of its attachments as one document."""
    writer = DocumentWriter(source=file.source, max_characters=file.max_characters)
    subject = " ".join(message.subject.split())
    writer.heading(subject or "No subject", level=1)
    writer.lines(f"- {name}: {' '.join(value.split())}" for name, value in message.headers if value.strip())
    writer.paragraph(message.plain.strip() or all_text(message.html))
    names = [attachment.name for attachment in message.attachments]
    writer.paragraph(f"Attachments: {', '.join(names)}." if names else "")
    notes = [f"The body of {file.source!r} is {message.unread_body}, which is not read."] if message.unread_body else []
    notes += _write_attachments(message.attachments, writer, file=file, read_attachment=read_attachment)
    return writer.finish(title=subject or file.title_from_name(), notes=notes)


def _write_attachments(
    attachments: Sequence[Attachment], writer: DocumentWriter, *, file: SourceFile, read_attachment: ReadAttachment
) -> list[str]:
    notes: list[str] = []
    for attachment in attachments[:_MOST_ATTACHMENTS_READ]:
        source = f"{file.source}/{PurePosixPath(attachment.name.replace(chr(92), '/')).name or 'attachment'}"
        inner = msgspec.structs.replace(file, source=source, content=attachment.content)
        try:
            document = read_attachment(inner)
            if not writer.has_room(len(document.text) + len(attachment.name) + 20):
                notes.append(f"{source!r} was left out: the text was full.")
                continue
        except (DocumentError, TooLarge) as error:
            notes.append(f"The attachment was not read: {error.message}")
            continue
        writer.heading(f"Attachment {attachment.name}", level=1)
        writer.document(document)
        notes.extend(document.notes)
        notes.extend([f"{source!r}: {document.truncated}"] if document.truncated else [])
    if len(attachments) > _MOST_ATTACHMENTS_READ:
        notes.append(f"{file.source!r}: attachments beyond the first {_MOST_ATTACHMENTS_READ} are named only.")
    return notes
