"""Payment card numbers: an issuer's first digits and lengths, Luhn's check (ISO/IEC 7812-1), usual groups.

After a word for a card the check alone is enough.
"""

import re

_CARD = re.compile(r"\d{12,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5}")
_ISSUERS = (
    (re.compile(r"4"), {16, 19}),  # Visa
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)"), {16}),  # Mastercard
    (re.compile(r"3[47]"), {15}),  # American Express
    (re.compile(r"6011|64[4-9]|65"), {16, 19}),  # Discover
    (re.compile(r"30[0-5]|36|3[89]"), {14, 16, 19}),  # Diners Club
    (re.compile(r"35(?:2[89]|[3-8]\d)"), {16, 19}),  # JCB
    (re.compile(r"1800|2131"), {15}),  # JCB, older
    (re.compile(r"62|81"), {16, 17, 18, 19}),  # UnionPay
    (re.compile(r"5018|5020|5038|5893|6304|6759|676[1-3]"), {12, 13, 14, 15, 16, 17, 18, 19}),  # Maestro
)
_LONGEST_GROUPED = 23
_WORD = re.compile(
    r"(?:\bcards?|\bcc|carte|tarjeta|karte|kaart|cart[aã]o|carta|kart[aąyę])\b[^\d\n]{0,16}$", re.IGNORECASE
)
_BEFORE = 32


def end_of_card(view: str, start: int) -> int | None:
    """Return where the card number that begins here ends; None when none does."""
    match = _CARD.match(view, start, start + _LONGEST_GROUPED)
    if match is None or view[match.end() : match.end() + 1].isalnum():
        return None
    digits = match.group().replace(" ", "").replace("-", "")
    if not _passes_luhn(digits):
        return None
    return match.end() if _is_issued(digits) or _is_announced(view, start) else None


def _is_announced(view: str, start: int) -> bool:
    return _WORD.search(view[max(0, start - _BEFORE) : start]) is not None


def _is_issued(digits: str) -> bool:
    return any(first.match(digits) and len(digits) in lengths for first, lengths in _ISSUERS)


def _passes_luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(int(digit) for digit in digits[-1::-2]) + sum(doubled)) % 10 == 0
