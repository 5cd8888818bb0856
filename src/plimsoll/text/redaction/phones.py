"""Telephone numbers: international ones by calling code and length, national ones by their grouping or a word before.

A bare run of digits is a number of anything: it is taken for a telephone's only after a word that says so.
"""

import re

_CODES_TEXT = """
1:10 7:10 20:8-10 27:9 30:10 31:9 32:8-9 33:9 34:9 36:8-9 39:6-11 40:9 41:9 43:7-13 44:9-10 45:8 46:7-10 47:8 48:9
49:6-13 51:8-9 52:10 53:8 54:10-11 55:10-11 56:9 57:8-10 58:10 60:8-10 61:9 62:8-12 63:8-10 64:8-10 65:8 66:8-9
81:9-10 82:8-11 84:9-10 86:10-11 90:10 91:10 92:10 93:9 94:9 95:8-10 98:10 212:9 213:9 216:8 218:9 220:7 221:9 223:8
225:10 226:8 227:8 228:8 229:8-10 230:8 231:7-9 232:8 233:9 234:8-10 235:8 237:9 241:7-8 242:9 243:9 244:9 250:9 251:9
252:8-9 253:8 254:9 255:9 256:9 257:8 258:9 260:9 261:9 262:9 263:9 264:8-9 265:9 266:8 267:8 268:8 297:7 298:6 299:6
350:8 351:9 352:6-9 353:7-9 354:7 355:8-9 356:8 357:8 358:6-12 359:8-9 370:8 371:8 372:7-8 373:8 374:8 375:9 376:6
377:8-9 378:6-10 380:9 381:8-9 382:8 383:8 385:8-9 386:8 387:8 389:8 420:9 421:9 423:7-9 500:5 501:7 502:8 503:8 504:8
505:8 506:8 507:7-8 509:8 590:9 591:8 592:7 593:8-9 594:9 595:9 596:9 597:6-7 598:8 670:7-8 673:7 675:7-8 679:7
685:5-7 852:8 853:8 855:8-9 856:8-10 880:8-10 886:8-9 960:7 961:7-8 962:8-9 963:8-9 964:8-10 965:8 966:8-9 967:7-9
968:8 970:8-9 971:8-9 972:8-9 973:8 974:8 975:8 976:8 977:8-10 992:9 993:8 994:9 995:9 996:9 998:9
"""


def _lengths_of(entry: str) -> tuple[str, range]:
    code, _, lengths = entry.partition(":")
    least, _, most = lengths.partition("-")
    return code, range(int(least), int(most or least) + 1)


_CODES = dict(_lengths_of(entry) for entry in _CODES_TEXT.split())

_GAP = r"(?:[ .\-/\u00a0\u202f\u2011\u2013]{1,6}|[ .\-/]?[()][ .\-/]?)"
_INTERNATIONAL = re.compile(rf"(?:(?P<plus>\(?\+{{1,9}} ?)|00{_GAP}?|011{_GAP})(?P<rest>\(?[1-9](?:{_GAP}?\d){{5,15}})")
_ROUNDED = re.compile(r"\((?P<area>0?\d{2,4})\)[ .\-/]?\d(?:[ .\-/]?\d){4,9}")
_AMERICAN = re.compile(r"(?:\+?1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d([.-]))[2-9]\d\d[ .-]\d{4}(?!\d)")
_TRUNK = re.compile(rf"0[1-9]\d{{0,4}}(?:{_GAP}\d{{2,8}}){{1,5}}")
_PART_NUMBER = re.compile(r"\d{3,}-\d+-\d\d")
_BARE_MOBILE = re.compile(r"0(?:[67]\d{8}|7\d{9}|1[567]\d{8,9})")
_GROUPED = re.compile(r"[6789]\d\d(?: \d\d){3}|9\d(?: \d{3})(?: \d\d){2}|3\d\d[ -]\d{7}")
_AFTER_WORD = re.compile(rf"\(?\d(?:{_GAP}?\d){{6,12}}")
_EXTENSION = re.compile(r" ?(?:x|ext\.?|Ext\.?) ?\d{1,6}(?!\w)")
_WORD = re.compile(
    r"(?:phone|tel|t[eé]l|tel[eé]\w{0,8}|mobile?|m[oó]vil|mobiln\w{0,4}|cell|cellulare|celular|fax|whats ?app|sms|handy"
    r"|rufnummer|telefo\w{0,8}|portable|komórk\w{0,4}|(?:call|text|ring|reach) (?:me|us|him|her|them)|answering at"
    r"|(?:messages?|sms) (?:to|at|on)|(?:my|registered|contact|his|her|their|our) (?:number|line)(?: is)?"
    r"|ll[aá]m\w{0,6}|appele\w{0,3}|dzwo\w{0,4}|bel)(?:[ _-]?(?:numbers?|no|nr|num))?\b[^\d\n]{0,24}$",
    re.IGNORECASE,
)
_STEMS = (
    "phon", "fon", "fón", "tel", "tél", "mob", "móv", "mov", "cel", "fax", "whats", "sms", "handy", "ruf", "porta",
    "kom", "me", "us", "him", "her", "answer", "messa", "number", "line", "llam", "llám", "appel", "dzwo", "bel",
)  # fmt: skip
_WORD_AFTER = re.compile(r" ?[(,-]? ?(?:office|fax|mobile|cell|home|work|direct|phone|tel)\b", re.IGNORECASE)
_BEFORE = 48
_DATE = re.compile(r"\d{1,2}([./ -])\d{1,2}\1(?:19|20)\d\d(?!\d)|(?:19|20)\d\d([./-])\d\d\2\d\d")
_FEWEST_NATIONAL, _MOST_NATIONAL = 9, 12


def end_of_phone(view: str, start: int) -> int | None:
    """Return where the telephone number that begins here ends; None when none does."""
    end = _end_international(view, start)
    if end is None and not _continues_number(view, start):
        end = _end_national(view, start) or _end_after_word(view, start)
    if end is None:
        return None
    extension = _EXTENSION.match(view, end)
    return end if extension is None else extension.end()


def _end_international(view: str, start: int) -> int | None:
    match = _INTERNATIONAL.match(view, start)
    if match is None:
        return None
    is_sure = match["plus"] or not (match["rest"].isdigit() or _continues_number(view, start))
    if not is_sure and not _is_announced(view, start):
        return None
    rest = match["rest"]
    code = next((code for size in (1, 2, 3) if (code := _digits(rest)[:size]) in _CODES), None)
    if code is None:
        return None
    allowed = _CODES[code]
    # The trunk's zero is often written: +44 (0)20 …
    if "(0)" in rest:
        allowed = range(allowed.start + 1, allowed.stop + 1)
    return _cut_to(view, match.span("rest"), range(allowed.start + len(code), allowed.stop + len(code)))


def _cut_to(view: str, span: tuple[int, int], allowed: range) -> int | None:
    """Return the last end of a group of digits up to which there are as many as allowed."""
    count, best = 0, None
    for place in range(*span):
        if not view[place].isdigit():
            continue
        count += 1
        if count in allowed and _is_word_end(view, place + 1):
            best = place + 1
    return best


def _end_national(view: str, start: int) -> int | None:
    if _DATE.match(view, start):
        return None
    part = _PART_NUMBER.match(view, start)
    if part is not None and _ends_here(view, part.end()):
        return None
    for pattern in (_AMERICAN, _GROUPED):
        if (match := pattern.match(view, start)) and _ends_here(view, match.end()):
            return match.end()
    for pattern in (_ROUNDED, _TRUNK):
        if (match := pattern.match(view, start)) and _ends_here(view, match.end()):
            return match.end() if _FEWEST_NATIONAL <= len(_digits(match.group())) <= _MOST_NATIONAL else None
    mobile = _BARE_MOBILE.match(view, start)
    if mobile is None or not _ends_here(view, mobile.end()) or _is_book(mobile.group()):
        return None
    return mobile.end()


def _continues_number(view: str, start: int) -> bool:
    """Tell whether a group of digits stands right before: then this is another group of that number."""
    return start > 1 and view[start - 1] in " \u00a0\u202f" and view[start - 2].isdigit()


def _end_after_word(view: str, start: int) -> int | None:
    match = _AFTER_WORD.match(view, start)
    if match is None or not _ends_here(view, match.end()) or _DATE.match(view, start):
        return None
    return match.end() if _WORD_AFTER.match(view, match.end()) or _is_announced(view, start) else None


def _is_announced(view: str, start: int) -> bool:
    before = view[max(0, start - _BEFORE) : start]
    lower = before.lower()
    return any(stem in lower for stem in _STEMS) and _WORD.search(before) is not None


def _ends_here(view: str, end: int) -> bool:
    following = view[end : end + 2]
    return _is_word_end(view, end) and not (following[:1] in "-/.,:" and following[1:].isdigit())


def _is_word_end(view: str, end: int) -> bool:
    return not view[end : end + 1].isalnum() or _EXTENSION.match(view, end) is not None


def _digits(text: str) -> str:
    return "".join(letter for letter in text if letter.isdigit())


def _is_book(digits: str) -> bool:
    """Tell whether ten digits pass the check of an ISBN-10."""
    weighted = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 0, -1), strict=False))
    return len(digits) == 10 and weighted % 11 == 0  # noqa: PLR2004
