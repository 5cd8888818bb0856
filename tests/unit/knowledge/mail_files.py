"""Messages for tests: `.eml` by the standard library, `.msg` laid out by hand ([MS-CFB], [MS-OXMSG])."""

import struct
from collections.abc import Mapping
from email.message import EmailMessage

_SECTOR, _SMALL = 512, 64
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STREAM, _ROOT = 2, 5


def mail_file(
    *, plain: str = "", html: str = "", attachments: Mapping[str, bytes] | None = None, subject: str = "The mast"
) -> bytes:
    """Return an `.eml` from Ada to Bo."""
    message = EmailMessage()
    message["From"], message["To"] = "Ada <ada@example.com>", "Bo <bo@example.com>"
    message["Date"], message["Subject"] = "Mon, 04 Mar 2024 10:00:00 +0100", subject
    if plain:
        message.set_content(plain)
    if html:
        (message.add_alternative if plain else message.set_content)(html, subtype="html")
    for name, content in (attachments or {}).items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def outlook_file(*, subject: str, sender: str, body: str, rtf: bytes = b"") -> bytes:
    """Return a `.msg` of these properties, without recipients and attachments."""
    texts = {"0037": subject, "0C1A": sender, "1000": body, "001A": "IPM.Note"}
    streams = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()}
    properties = b"".join(
        struct.pack("<IIII", int(tag, 16) << 16 | 0x1F, 6, len(text) * 2 + 2, 0) for tag, text in texts.items()
    )
    if rtf:
        streams["__substg1.0_10090102"] = rtf
        properties += struct.pack("<IIII", 0x10090102, 6, len(rtf), 0)
    return _compound({"__properties_version1.0": bytes(32) + properties, **streams})


def _compound(streams: Mapping[str, bytes]) -> bytes:
    """Return a compound file of these streams, each below 4096 bytes, as one chain to the right below the root."""
    small, small_fat = bytearray(), list[int]()
    starts = [_append(small, small_fat, content, unit=_SMALL) for content in streams.values()]
    sectors, fat = bytearray(), list[int]()
    small_start = _append(sectors, fat, bytes(small), unit=_SECTOR)
    small_table = _append(sectors, fat, _table(small_fat), unit=_SECTOR)
    entries = [_entry("Root Entry", _ROOT, child=1, start=small_start, size=len(small))]
    for place, (name, start) in enumerate(zip(streams, starts, strict=True), start=1):
        right = place + 1 if place < len(streams) else _NONE
        entries.append(_entry(name, _STREAM, right=right, start=start, size=len(streams[name])))
    directory = _append(sectors, fat, b"".join(entries), unit=_SECTOR)
    table = len(fat)
    sectors += _table([*fat, _FAT])
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6),
        *(0, 1, directory, 0, 4096, small_table, 1, _END, 0, table),
    )
    return header.ljust(_SECTOR, b"\xff") + bytes(sectors)


def _table(fat: list[int]) -> bytes:
    return struct.pack(f"<{_SECTOR // 4}I", *fat, *[_FREE] * (_SECTOR // 4 - len(fat)))


def _append(sectors: bytearray, fat: list[int], content: bytes, *, unit: int) -> int:
    start, count = len(fat), max(1, -(-len(content) // unit))
    sectors += content.ljust(count * unit, b"\x00")
    fat.extend([*range(start + 1, start + count), _END])
    return start


def _entry(name: str, kind: int, *, start: int, size: int, right: int = _NONE, child: int = _NONE) -> bytes:
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    return struct.pack("<64sHBBIII16xI8x8xIQ", encoded, len(encoded), kind, 1, _NONE, right, child, 0, start, size)
