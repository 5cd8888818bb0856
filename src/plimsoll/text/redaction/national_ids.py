"""Numbers that states give to persons, where a check digit, a strict form or a word before them makes them certain."""

import re
from collections.abc import Callable
from typing import NamedTuple

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_BEFORE = 40


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    is_right: Callable[[str], bool]
    """Asked of its digits and letters, without what separates them."""
    word: re.Pattern[str] | None = None
    """What must stand shortly before it; for numbers that many others look like."""


def _by_form(number: str) -> bool:
    return bool(number)


def _is_nif(number: str) -> bool:
    return _NIF_LETTERS[int(number[:8]) % 23] == number[8].upper()


def _is_nie(number: str) -> bool:
    return _is_nif(str("XYZ".index(number[0].upper())) + number[1:])


def _is_nir(number: str) -> bool:
    return 97 - int(number[:13]) % 97 == int(number[13:])


def _is_steuer_id(number: str) -> bool:
    """Check by ISO 7064 (MOD 11,10)."""
    product = 10
    for digit in number[:10]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(number[10])


def _is_pesel(number: str) -> bool:
    weighted = sum(int(digit) * weight for digit, weight in zip(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), strict=False))
    return (10 - weighted % 10) % 10 == int(number[10])


def _is_bsn(number: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0


def _word(alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{alternatives})\b", re.IGNORECASE)


_FORMS = (
    _Form(re.compile(r"(?!000|666|9)\d{3}-(?!00)\d\d-(?!0000)\d{4}"), _by_form),  # United States, SSN
    _Form(re.compile(r"\d{8}[ -]?[A-Za-z]"), _is_nif),  # Spain
    _Form(re.compile(r"[XYZxyz][ -]?\d{7}[ -]?[A-Za-z]"), _is_nie),  # Spain, foreigners
    _Form(re.compile(r"[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d\d ?\d{3} ?\d{3} ?\d\d"), _is_nir),  # France
    _Form(
        re.compile(r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}"), _is_steuer_id, _word("steuer-?id\\w*|idnr|identifikationsnummer")
    ),
    _Form(re.compile(r"\d{11}"), _is_pesel, _word("pesel")),  # Poland
    _Form(re.compile(r"\d{9}|\d{4}\.\d\d\.\d{3}"), _is_bsn, _word("bsn|burgerservicenummer|sofinummer")),  # Netherlands
)


def end_of_national_id(view: str, start: int) -> int | None:
    """Return where the personal number that begins here ends; None when none does."""
    for form in _FORMS:
        match = form.pattern.match(view, start)
        if match is None or view[match.end() : match.end() + 1].isalnum():
            continue
        number = "".join(letter for letter in match.group() if letter.isalnum())
        if form.is_right(number) and _has_word(form, view, start):
            return match.end()
    return None


def _has_word(form: _Form, view: str, start: int) -> bool:
    return form.word is None or form.word.search(view, max(0, start - _BEFORE), start) is not None
