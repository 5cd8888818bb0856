"""What a file is by its first bytes, and what to tell whoever gave it a wrong ending or a format that is not read.

`formats` asks it before it chooses a parser. It opens archives far enough to name them, and unpacks nothing.
"""

import io
import re
import zipfile

from plimsoll.errors import UnreadableDocument

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_IMAGES = {
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"II*\x00": ".tiff",
    b"MM\x00*": ".tiff",
}
_OFFICE_FOLDERS = {"word/": ".docx", "ppt/": ".pptx", "xl/": ".xlsx"}
_OLD_OFFICE = {
    "WordDocument": ("an old Word file (.doc)", ".docx"),
    "Workbook": ("an old Excel file (.xls)", ".xlsx"),
    "PowerPoint Document": ("an old PowerPoint file (.ppt)", ".pptx"),
}
_OTHERS = (
    (re.compile(rb"\{\\rtf"), "an RTF file", "Save it as .docx or .txt."),
    (
        re.compile(rb"RIFF....(?:WAVE|AVI )", re.DOTALL),
        "a recording",
        "Voice is not read as a document; add its transcript.",
    ),
    (
        re.compile(rb"ID3|\xff[\xfb\xf3\xf2]|OggS|fLaC|....ftyp|\x1aE\xdf\xa3", re.DOTALL),
        "a recording",
        "Add its transcript.",
    ),
    (re.compile(rb"GIF8[79]a"), "a GIF image", "Convert it to PNG."),
    (re.compile(rb"\x1f\x8b|7z\xbc\xaf|Rar!|BZh|\xfd7zXZ"), "an archive", "Unpack it and add the files."),
    (re.compile(rb"\x7fELF|MZ\x90"), "a program", "Remove it."),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html)\b", re.IGNORECASE | re.DOTALL
)
_PDF_WITHIN = 1024
_HEAD_BYTES = 4096
_KIND_BYTES = 16


def is_binary(head: bytes) -> bool:
    """Tell whether the first bytes are those of a format that is not text; 16 of them are enough."""
    known = (_OLE, *_ZIP, *_IMAGES, b"%PDF-", b"BM")
    is_known = any(head.startswith(magic) for magic in known if magic != b"BM" or b"\x00" in head)
    return is_known or _is_webp(head) or any(pattern.match(head) for pattern, _, _ in _OTHERS)


def ending_by_content(content: bytes, *, source: str) -> str | None:
    """Return the ending that the content speaks for; None where it looks like text.

    Raises UnreadableDocument for content of a kind that no parser reads, saying what to convert it to.
    """
    if content.startswith(_ZIP):
        return _of_archive(content, source)
    if content.startswith(_OLE):
        return _of_compound_file(content, source)
    is_named_pdf = source.lower().endswith(".pdf")
    if content.startswith(b"%PDF-") or (is_named_pdf and b"%PDF-" in content[:_PDF_WITHIN]):
        return ".pdf"
    image = next((ending for magic, ending in _IMAGES.items() if content.startswith(magic)), None)
    if image or _is_webp(content):
        return image or ".webp"
    if content.startswith(b"BM") and b"\x00" in content[:_KIND_BYTES]:
        return ".bmp"
    for pattern, kind, next_step in _OTHERS:
        if pattern.match(content):
            raise UnreadableDocument(f"{source!r} is {kind}, which no parser reads.", next_step=next_step)
    return ".html" if _HTML.match(content[:_HEAD_BYTES]) else None


def _is_webp(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WEBP"


def _of_archive(content: bytes, source: str) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableDocument(
            f"{source!r} is a damaged or cut-off ZIP or Office file: {error}.", next_step="Export it or copy it again."
        ) from error
    for folder, ending in _OFFICE_FOLDERS.items():
        if "[Content_Types].xml" in names and any(name.startswith(folder) for name in names):
            return ending
    kind = "an OpenDocument or EPUB file" if "mimetype" in names else "a ZIP archive"
    raise UnreadableDocument(
        f"{source!r} is {kind}, which no parser reads.",
        next_step="Unpack it and add the files, or save it as .docx, .pptx, .xlsx or .pdf.",
    )


def _of_compound_file(content: bytes, source: str) -> str:
    if _has_entry(content, "EncryptedPackage"):
        raise UnreadableDocument(
            f"{source!r} is protected by a password.", next_step="Save a copy without the password."
        )
    if _has_entry(content, "__properties_version1.0") or source.lower().endswith(".msg"):
        return ".msg"
    for entry, (kind, ending) in _OLD_OFFICE.items():
        if _has_entry(content, entry):
            raise UnreadableDocument(
                f"{source!r} is {kind}, which no parser reads.",
                next_step=f"Open it and save it as {ending}, or `soffice --convert-to {ending[1:]} FILE`.",
            )
    raise UnreadableDocument(
        f"{source!r} is an old binary file of an unknown kind.", next_step="Save it as .docx, .xlsx, .pptx or .pdf."
    )


def _has_entry(content: bytes, name: str) -> bool:
    return name.encode("utf-16-le") in content
