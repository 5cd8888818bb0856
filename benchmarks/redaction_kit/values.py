"""Made-up values of each kind, right by their own check digits, and ordinary numbers that look a little like them."""

from collections.abc import Callable

import numpy as np

Make = Callable[[np.random.Generator], str]

_NAMES = ("ada.lovelace", "j_doe", "marie-claire", "o'brien", "info", "kundenservice", "x.y+shop", "jürgen", "ana99")
_HOSTS = (
    "example.com",
    "mail.example.co.uk",
    "firma-gmbh.de",
    "correo.es",
    "poste.fr",
    "posta.it",
    "sub.example.museum",
)
_IBANS = (("DE", 18), ("FR", 23), ("ES", 20), ("NL", 10), ("PL", 24), ("BE", 12), ("AT", 16), ("CH", 17), ("PT", 21))
_PHONES = (
    "+33 6 ## ## ## ##", "+33 (0)1 ## ## ## ##", "06 ## ## ## ##", "01.##.##.##.##", "+49 151 2#######",
    "030 / 4######", "0151-2#######", "+44 20 7### ####", "+44 (0)7### ######", "07### ######", "020 7### ####",
    "+1 (415) 3##-####", "(415) 3##-####", "415-3##-####", "415.3##.####", "+1-202-3##-####",
    "+34 6## ## ## ##", "+34 91 ### ## ##",
    "91 ### ## ##", "+39 33# #######", "+48 6## ### ###", "+31 6 ########", "06-2#######", "+351 91# ### ###",
    "+41 44 ### ## ##", "+46 70 ### ## ##", "+91 98### #####", "+55 11 9####-####", "+81 3-####-####",
    "+61 4## ### ###", "0033 6 ## ## ## ##", "+4915########",
)  # fmt: skip
_CARDS = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6011", 16), ("3530", 16), ("36", 14))
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_ORDINARY = (
    "order 8########", "#1########", "2024-0#-1#", "1#.0#.2024", "$1,2##,###.##", "1.2##.###,## €", "v1#.0.1####",
    "10.#.2##.1##", "ISBN 978-3-16-14841#-#", "9780306406157", "0306406152", "17########", "17###########",
    "2024-11-0#T1#:0#:1#Z", "4#.7#####, -7#.0#####", "INV-2024-00####", "sku 40######", "1Z999AA1012345678#",
    "3 ### ### people", "12 5## 0## €", "pages 1##-2##", "3.14159265#", "1e-0#", "0.00######", "ticket #4######",
    "PO 45########", "id=9########", "100 200 300 400", "12:##:5#", "5#5.### m²", "RFC 9###, section 4.#.#",
    "x86_64-1#.#",
)  # fmt: skip


def email(rng: np.random.Generator) -> str:
    """Return an address."""
    return f"{rng.choice(_NAMES)}@{rng.choice(_HOSTS)}"


def phone(rng: np.random.Generator) -> str:
    """Return a telephone number in one of its country's usual writings."""
    return _filled(rng, str(rng.choice(_PHONES)))


def card(rng: np.random.Generator) -> str:
    """Return a card number that passes Luhn's check, in groups or not."""
    first, length = _CARDS[int(rng.integers(len(_CARDS)))]
    body = first + _digits(rng, length - len(first) - 1)
    number = body + next(digit for digit in "0123456789" if _luhn(body + digit))
    separator = str(rng.choice(("", " ", "-")))
    if length == 16:
        return separator.join(number[at : at + 4] for at in range(0, 16, 4))
    return separator.join((number[:4], number[4:10], number[10:]))


def iban(rng: np.random.Generator) -> str:
    """Return an account number that passes its check, in groups or not."""
    country, length = _IBANS[int(rng.integers(len(_IBANS)))]
    account = _digits(rng, length)
    if country == "NL":
        account = "ABNA" + account
    moved = "".join(str(int(letter, 36)) for letter in f"{account}{country}00")
    number = f"{country}{98 - int(moved) % 97:02}{account}"
    return number if rng.random() < 0.5 else " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def secret(rng: np.random.Generator) -> str:
    """Return a key of a known form."""
    letters = "".join(rng.choice(list(_LETTERS), 40))
    forms = (f"sk-proj-{letters}9", f"ghp_{letters[:36]}", f"AKIA{letters[:16].upper()}", f"hf_{letters[:34]}")
    return str(rng.choice((*forms, f"AIza{letters[:35]}", f"glpat-{letters[:20]}", f"sk_live_9{letters[:24]}")))


def national_id(rng: np.random.Generator) -> str:
    """Return a Spanish NIF, a French NIR or a US SSN."""
    which = int(rng.integers(3))
    if which == 0:
        number = _digits(rng, 8)
        return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]
    if which == 1:
        number = f"{rng.integers(1, 3)}{rng.integers(50, 99)}0{rng.integers(1, 10)}{_digits(rng, 8)}"
        return f"{number}{97 - int(number) % 97:02}"
    return f"{rng.integers(100, 666)}-{rng.integers(10, 99)}-{rng.integers(1000, 9999)}"


def ordinary(rng: np.random.Generator) -> str:
    """Return a number that is nobody's."""
    which = int(rng.integers(len(_ORDINARY) + 2))
    if which == len(_ORDINARY):
        digits = "".join(rng.choice(list("0123456789abcdef"), 32))
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    if which > len(_ORDINARY):
        return "".join(rng.choice(list("0123456789abcdef"), 40))
    return _filled(rng, _ORDINARY[which])


MAKERS: dict[str, Make] = {
    "email": email,
    "phone": phone,
    "card": card,
    "iban": iban,
    "secrets": secret,
    "national_id": national_id,
}


def _filled(rng: np.random.Generator, form: str) -> str:
    return "".join(str(rng.integers(10)) if letter == "#" and at else letter for at, letter in enumerate(form))


def _digits(rng: np.random.Generator, count: int) -> str:
    return "".join(map(str, rng.integers(0, 10, count)))


def _luhn(number: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in number[-2::-2]]
    return (sum(int(digit) for digit in number[-1::-2]) + sum(doubled)) % 10 == 0
