"""International bank account numbers: ISO 13616, the lengths of its registry, the check of ISO 7064 (MOD 97-10)."""

import re
from collections.abc import Iterator

from plimsoll.text.redaction.spans import Found

_LENGTHS_TEXT = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24
FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32
LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24
RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30
"""
_LENGTHS = {entry[:2]: int(entry[2:]) for entry in _LENGTHS_TEXT.split()}
_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d\d(?=[ -]?[A-Za-z0-9])", re.ASCII)
_SEPARATORS = " -\u00a0\u202f"


def find_ibans(view: str) -> Iterator[Found]:
    """Yield the account numbers of the text, in groups or not."""
    done = 0
    for start in _START.finditer(view):
        length = _LENGTHS.get(start.group()[:2].upper())
        if length is None or start.start() < done:
            continue
        end = _end_of(view, start.start(), length)
        if end is not None:
            yield Found(start.start(), end, "iban")
            done = end


def _end_of(view: str, start: int, length: int) -> int | None:
    letters: list[str] = []
    place = start
    while len(letters) < length:
        letter = view[place : place + 1]
        if letter.isascii() and letter.isalnum():
            letters.append(letter)
        elif not letter or letter not in _SEPARATORS or view[place - 1] in _SEPARATORS:
            return None
        place += 1
    is_whole = not view[place : place + 1].isalnum()
    return place if is_whole and _checks("".join(letters)) else None


def _checks(iban: str) -> bool:
    moved = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
