"""Plain text: the file's own text, without structure."""

from plimsoll.knowledge.parse.decode import decode_text
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.source_file import SourceFile


def parse_plain_text(file: SourceFile) -> ParsedDocument:
    """Return the file's text, titled by its name. Raises UnreadableDocument."""
    decoded = decode_text(file)
    return ParsedDocument(text=decoded.text, title=file.title_from_name(), notes=decoded.notes)
