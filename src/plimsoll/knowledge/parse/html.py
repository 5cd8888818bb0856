"""HTML: the page's content as Markdown text, menus and footers left out, headings and tables kept.

Citations point into this extracted text, since a page's source is not what its reader sees. `web_page` is the library.
"""

import re

from plimsoll.errors import UnreadableDocument
from plimsoll.knowledge.parse.decode import decode_text
from plimsoll.knowledge.parse.document import ParsedDocument
from plimsoll.knowledge.parse.markdown import read_markdown
from plimsoll.knowledge.parse.source_file import SourceFile
from plimsoll.knowledge.parse.web_page import all_text, main_text, page_title

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*(?P<name>[\w.:-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
_FEWEST_CHARACTERS = 40


def parse_html(file: SourceFile) -> ParsedDocument:
    """Return the page's main text with its headings. Raises UnreadableDocument where it holds none."""
    declared = _CHARSET.search(file.content[:_HEAD_BYTES])
    decoded = decode_text(file, declared=declared["name"].decode("ascii") if declared else None)
    text, notes = main_text(decoded.text), decoded.notes
    if len(text) < _FEWEST_CHARACTERS:
        whole = all_text(decoded.text)
        if len(whole) > len(text):
            text, notes = whole, (*notes, f"{file.source!r} has no recognisable main part; the whole page was taken.")
    if not text.strip():
        raise UnreadableDocument(
            f"{file.source!r} holds no text: it may be drawn by a script.",
            next_step="Save the page as its reader sees it.",
        )
    return read_markdown(text, title=page_title(decoded.text) or file.title_from_name(), notes=notes)
