"""An Office file as what it is: a ZIP archive of XML parts that point at each other. The one place that unpacks.

The three parsers call it. Sizes are bounded before anything is unpacked, parts with a document type are refused (there
entity bombs live), targets outside the archive are never followed, macros and media are never opened.
"""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, cast
from xml.etree.ElementTree import Element, ParseError, XMLParser, XMLPullParser

import msgspec

from plimsoll.errors import TooLarge, UnreadableDocument
from plimsoll.knowledge.parse.source_file import SourceFile

_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_LONGEST_MARK = max(len(mark) for mark in _DOCTYPES)
_ENCRYPTED_FLAG = 1
_LARGEST_RATIO = 200
_RATIO_COUNTS_FROM = 5_000_000
_LARGEST_TREE_SHARE = 4
_MOST_DIGITS = 9
_MOST_ENTRIES = 20_000
_PIECE_BYTES = 1 << 16
_BROKEN = (zipfile.BadZipFile, zlib.error, ParseError, OSError, EOFError, ValueError, LookupError, NotImplementedError)
_SAVE_AGAIN = "Open it, save it again and add the new file."


class Link(msgspec.Struct, frozen=True):
    """What a part points at."""

    kind: str
    """The last word of the relation's type: `slide`, `hyperlink`."""
    target: str
    """Name of the part within the archive, or the address where it is external."""
    is_external: bool
    """Whether it lies outside the archive; such a target is text and is never opened."""


class Package:
    """The parts of one Office file."""

    def __init__(self, file: SourceFile) -> None:
        """Open the archive. Raises UnreadableDocument for a damaged or protected one, TooLarge beyond the limits."""
        self._file = file
        with self._reading("its list of parts"):
            self._archive = zipfile.ZipFile(io.BytesIO(file.content))
            self._parts = {entry.filename: entry for entry in self._archive.infolist()}
        self._unpacked = 0
        if len(self._parts) > _MOST_ENTRIES:
            raise TooLarge(f"{file.source!r} holds {len(self._parts):,} parts.", next_step=_SAVE_AGAIN)

    def main_part(self) -> str:
        """Return the name of the part that everything starts from."""
        for link in self.links("").values():
            if link.kind == "officeDocument" and link.target in self._parts:
                return link.target
        raise UnreadableDocument(f"{self._file.source!r} has no main part.", next_step=_SAVE_AGAIN)

    def links(self, part: str) -> dict[str, Link]:
        """Return what the part points at, by id; empty where it points at nothing."""
        folder, name = posixpath.split(part)
        root = self.tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {attribute(item, "Id"): _link(item, folder) for item in root} if root is not None else {}

    def tree(self, part: str) -> Element | None:
        """Return the part as a tree; None where there is no such part."""
        if part not in self._parts:
            return None
        entry = self._admit(part, self._file.max_unpacked_bytes // _LARGEST_TREE_SHARE)
        with self._reading(part):
            content = self._archive.read(entry)
            self._refuse_document_type(content, part)
            parser = XMLParser()  # noqa: S314  (parts with a document type, where the known attacks live, were refused)
            parser.feed(content)
            root: Element = parser.close()
            return root

    def elements(self, part: str, names: frozenset[str]) -> Iterator[Element]:
        """Return the complete elements of these local names as they are read; each is emptied after its turn."""
        if part not in self._parts:
            return
        entry = self._admit(part, None)
        with self._reading(part), self._archive.open(entry) as stream:
            yield from self._pulled(stream, part, names)

    def _pulled(self, stream: IO[bytes], part: str, names: frozenset[str]) -> Iterator[Element]:
        parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        above, last = list[Element](), b""
        while piece := stream.read(_PIECE_BYTES):
            self._count(len(piece))
            self._refuse_document_type(last + piece, part)
            last = piece[-_LONGEST_MARK:]
            parser.feed(piece)
            for event, element in cast("Iterator[tuple[str, Element]]", parser.read_events()):
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if local_name(element) in names:
                    yield element
                    element.clear()
                    if above:
                        above[-1].remove(element)
        parser.close()

    def _admit(self, part: str, largest: int | None) -> zipfile.ZipInfo:
        entry = self._parts[part]
        source = self._file.source
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise _protected(source)
        ratio = entry.file_size / max(entry.compress_size, 1)
        is_bomb = largest is not None and entry.file_size > _RATIO_COUNTS_FROM and ratio > _LARGEST_RATIO
        if is_bomb or (largest is not None and entry.file_size > largest):
            raise TooLarge(
                f"{part!r} in {source!r} unpacks to {entry.file_size / 1e6:,.0f} MB, {ratio:,.0f} times its size.",
                next_step="Split the document; a file that was made to flood its reader is best deleted.",
            )
        if largest is not None:
            self._count(entry.file_size)
        return entry

    def _count(self, size: int) -> None:
        self._unpacked += size
        if self._unpacked > self._file.max_unpacked_bytes:
            raise TooLarge(
                f"{self._file.source!r} unpacks to more than {self._file.max_unpacked_bytes / 1e6:,.0f} MB.",
                next_step="Split it into smaller documents.",
            )

    def _refuse_document_type(self, content: bytes, part: str) -> None:
        if any(mark in content for mark in _DOCTYPES):
            raise UnreadableDocument(
                f"{part!r} in {self._file.source!r} declares a document type, which no Office program writes.",
                next_step=_SAVE_AGAIN,
            )

    @contextmanager
    def _reading(self, part: str) -> Generator[None]:
        try:
            yield
        except _BROKEN as error:
            raise UnreadableDocument(
                f"{self._file.source!r} is damaged or cut off in {part!r}: {type(error).__name__}.",
                next_step="Open it, save it again, or copy it again.",
            ) from error


def local_name(element: Element) -> str:
    """Return the element's name without its namespace: the strict and the usual form of the format differ in it."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return the attribute of this local name; empty where there is none."""
    found = element.get(name)
    if found is not None:
        return found
    return next((value for key, value in element.items() if key.endswith(f"}}{name}")), "")


def whole_number(text: str) -> int | None:
    """Return the number that the digits write; None for anything else, and for one that no file needs."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def child(element: Element | None, *path: str) -> Element | None:
    """Return the first descendant along the local names; None where one is missing."""
    for name in path:
        element = next((inner for inner in element if local_name(inner) == name), None) if element is not None else None
    return element


def children(element: Element | None, name: str) -> Iterator[Element]:
    """Return the children of this local name."""
    return (inner for inner in element if local_name(inner) == name) if element is not None else iter(())


def descendants(element: Element | None, name: str) -> Iterator[Element]:
    """Return all elements of this local name below the element, itself included."""
    return (inner for inner in element.iter() if local_name(inner) == name) if element is not None else iter(())


def core_title(package: Package) -> str:
    """Return the title of the file's properties; empty where it has none."""
    for link in package.links("").values():
        if link.kind == "core-properties":
            found = next(descendants(package.tree(link.target), "title"), None)
            return (found.text or "").strip() if found is not None else ""
    return ""


def _link(item: Element, folder: str) -> Link:
    target, is_external = attribute(item, "Target"), attribute(item, "TargetMode") == "External"
    kind = attribute(item, "Type").rpartition("/")[2]
    if is_external:
        return Link(kind, target, is_external=True)
    joined = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
    return Link(kind, joined, is_external=False)


def _protected(source: str) -> UnreadableDocument:
    return UnreadableDocument(f"{source!r} is protected by a password.", next_step="Save a copy without the password.")
