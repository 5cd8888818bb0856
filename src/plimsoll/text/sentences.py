"""Where sentences begin and end, by rules: punctuation, abbreviations, blank lines and the marks that open a block.

Knowledge cuts chunks and highlights along these spans, so they are exact. A line break alone ends no sentence, since
PDF and Markdown wrap lines; a blank line, a list item, a heading, a table row or a fence does.
"""

import re
from collections.abc import Iterator

import msgspec


class SentenceSpan(msgspec.Struct, frozen=True):
    """A sentence: `text[start:end]` begins and ends with something that is not white space."""

    start: int
    """First character."""
    end: int
    """One past the last character."""


_CLOSING = "\"'\u201d\u2019»)\\]*_`"
_OPENING = "\"'\u201c\u2018«(\\[*_`"
_BLOCK_BREAK = re.compile(
    r"\n[ \t\r]*\n\s*"  # a blank line
    r"|\n(?=[ \t]*(?:[-*+•▪\u2013]|\d{1,3}[.)]|[A-Za-z][.)])[ \t])"  # a list item
    r"|\n(?=[ \t]*(?:\#{1,6}[ \t]|\||>|```|~~~|///|:::))"  # a heading, a table row, a quotation, a fence
    r"|(?<=\|)[ \t]*\n"  # the end of a table row
    r"|\f"
)
_STOP = re.compile(
    rf"(?P<stop>[.!?…]+)(?P<closing>[{_CLOSING}]*(?:\[[\w ,]{{1,20}}\])*)(?P<gap>\s+)(?=[{_OPENING}]*(?P<next>\w+))"
    r"|(?P<wide>[\u3002\uff01\uff1f]+[\u300d\u300f\u201d\u2019\uff09]*)"  # Chinese and Japanese need no space
)
_WORD_BEFORE = re.compile(r"[\w.&'\u2019-]*$")
_INITIAL = re.compile(r"(?:\w\.)*\w")
_LONGEST_WORD = 24

_NEVER_LAST_TEXT = """
mr mrs ms dr prof rev hon st mt ft gen col lt sgt capt cmdr adm maj rep sen gov pres messrs mme mlle
vs cf viz e.g i.e eg ie no nos vol vols pp p fig figs eq sec ch art ed eds trans approx ca c fl b d r al
dept univ assn bros
"""
_NEVER_LAST = frozenset(_NEVER_LAST_TEXT.split())
"""Abbreviations that a name, a number or an explanation follows."""

_PERHAPS_LAST_TEXT = """
inc ltd co corp jr sr etc est u.s u.k u.n e.u d.c a.m p.m a.d b.c b.c.e ph.d m.d b.a m.a n.y
jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun ave blvd rd
"""
_PERHAPS_LAST = frozenset(_PERHAPS_LAST_TEXT.split())
"""Abbreviations that end a sentence only where a word follows that often opens one."""

_OPENERS_TEXT = """
The This That These Those There Then They He She It Its In On At As By For From With After Before During While
When Where Although Though However Moreover Since If But And So Our We I You His Her Their Some Many Most Several
One Two All Both Each Other Another An A To Under According Additionally Also Today Later Thus
"""
_OPENERS = frozenset(_OPENERS_TEXT.split())


def sentences(text: str) -> list[SentenceSpan]:
    """Return the sentences of the text in order, without overlap; together they cover all but white space.

    Runs in time linear in the text.
    """
    spans: list[SentenceSpan] = []
    start = 0
    for block in _BLOCK_BREAK.finditer(text):
        spans.extend(_sentences_of_block(text, start, block.start()))
        start = block.end()
    spans.extend(_sentences_of_block(text, start, len(text)))
    return spans


def _sentences_of_block(text: str, start: int, end: int) -> Iterator[SentenceSpan]:
    begin = start
    for match in _STOP.finditer(text, start, end):
        if match["wide"] is None and not _ends_sentence(text, begin, match):
            continue
        stop = match.end() if match["wide"] else match.start("gap")
        yield from _trimmed(text, begin, stop)
        begin = match.end()
    yield from _trimmed(text, begin, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[SentenceSpan]:
    piece = text[start:end]
    kept = piece.strip()
    if kept:
        first = start + len(piece) - len(piece.lstrip())
        yield SentenceSpan(first, first + len(kept))


def _ends_sentence(text: str, begin: int, match: re.Match[str]) -> bool:
    following = match["next"]
    if following[0].islower():
        return False
    if match["stop"] != "." or match["closing"]:
        return True
    before = _WORD_BEFORE.search(text[max(begin, match.start() - _LONGEST_WORD) : match.start()])
    word = before.group().strip("'\u2019-") if before else ""
    return _may_end(word, following, is_numbered=text[begin : match.start()].strip().isdigit())


def _may_end(word: str, following: str, *, is_numbered: bool) -> bool:
    lower = word.lower()
    if is_numbered or lower in _NEVER_LAST:
        return False
    if lower in _PERHAPS_LAST or (_INITIAL.fullmatch(word) and not word.isdigit()):
        return following in _OPENERS
    return True
