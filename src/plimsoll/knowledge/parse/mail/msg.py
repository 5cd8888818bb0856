# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""Outlook messages (`.msg`). The one door to python-oxmsg, which reads Microsoft's compound files."""

import io
from collections.abc import Iterator

import oxmsg

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.mail.message import Attachment, Message
from plimsoll.knowledge.parse.source_file import SourceFile

_SENDER_NAME, _RTF_BODY = 0x0C1A, 0x1009
"""Properties ([MS-OXPROPS]): who sent a message that has no addresses, such as a draft; a body in compressed RTF."""


def read_msg(file: SourceFile) -> Message:
    """Return the message. Raises UnreadableDocument where the file is damaged or none."""
    try:
        return _message(oxmsg.Message.load(io.BytesIO(file.content)))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(
            f"{file.source!r} is a damaged Outlook message: {type(error).__name__}.",
            next_step="Open it in Outlook and save it again, or save it as .eml.",
        ) from error


def _message(message: oxmsg.Message) -> Message:
    headers = {name.lower(): value for name, value in message.message_headers.items()}
    recipients = ", ".join(f"{person.name} <{person.email_address}>" for person in message.recipients)
    date = headers.get("date") or (f"{message.sent_date:%Y-%m-%d %H:%M %Z}" if message.sent_date else "")
    html = message.html_body or ""
    return Message(
        subject=message.subject or "",
        headers=(
            ("From", headers.get("from") or message.sender or message.properties.str_prop_value(_SENDER_NAME) or ""),
            ("To", headers.get("to") or recipients),
            ("Cc", headers.get("cc", "")),
            ("Date", date),
        ),
        plain=message.body or "",
        html=html,
        unread_body="RTF" if message.properties.binary_prop_value(_RTF_BODY) and not (message.body or html) else "",
        attachments=tuple(_attachments(message)),
    )


def _attachments(message: oxmsg.Message) -> Iterator[Attachment]:
    for number, attachment in enumerate(message.attachments, start=1):
        yield Attachment(attachment.file_name or f"attachment {number}", attachment.file_bytes or b"")
