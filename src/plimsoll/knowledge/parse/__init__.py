"""Parsers, one file a format, behind one table of file endings.

`ingest` reaches them through `ParserProcess`, since a PDF or a web page is not to be trusted with our own process.
They read text and structure; they judge nothing and store nothing.
"""

from plimsoll.knowledge.parse.formats import is_known_format, known_endings, parse_file
from plimsoll.knowledge.parse.parser_process import ParserProcess

__all__ = ["ParserProcess", "is_known_format", "known_endings", "parse_file"]
