"""Parsers, one file a format: text formats in this process, foreign ones in a process apart with a deadline.

`ingest` calls them. They read text and structure; they judge nothing and store nothing.
"""

from plimsoll.knowledge.parse.formats import ParseLimits, is_foreign_format, is_known_format, known_endings
from plimsoll.knowledge.parse.parser_process import ParserProcess
from plimsoll.knowledge.parse.text_formats import parse_text_file

__all__ = [
    "ParseLimits",
    "ParserProcess",
    "is_foreign_format",
    "is_known_format",
    "known_endings",
    "parse_text_file",
]
