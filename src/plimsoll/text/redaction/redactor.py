"""Replace what is found by marks. `Redactor` is called for every text of every span, and so looks before it leaps."""

import hashlib
import hmac
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from plimsoll.text.redaction.emails import find_emails
from plimsoll.text.redaction.escapes import Quoting, unescaped_view, whole_escapes
from plimsoll.text.redaction.ibans import find_ibans
from plimsoll.text.redaction.numbers import find_numbers
from plimsoll.text.redaction.screening import find_clean
from plimsoll.text.redaction.secrets import find_secrets, find_without_secrets, may_hold_secrets
from plimsoll.text.redaction.spans import KINDS, MARKS, Found, Kind

_SHORTEST = 6
_SHORT = 80
_REMEMBERED = 4_096
_DIGIT, _LETTER, _OTHER = ord("0"), ord("a"), ord(" ")
_BETWEEN_DIGITS = b" .-()/"


def _classes(letters: bytes, *, mark: int) -> bytes:
    return bytes(mark if code in letters else _OTHER for code in range(256))


_ALNUM = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = _classes(b"0123456789", mark=_DIGIT)
_KEY_LETTERS = _classes(_ALNUM + b"_-+/=", mark=_LETTER)
_SEVEN_DIGITS = b"0" * 7
_LONG_WORD = b"a" * 16
_PSEUDONYM_DIGITS = 8
_NUMERIC = frozenset({"card", "national_id", "phone"})


class Redactor:
    """A function from text to text that takes the given kinds out; equal to another with the same kinds and key.

    With a `key`, a mark carries a pseudonym of what it replaced (`[email:3f9c02ab]`, HMAC-SHA256): equal values can be
    told to be equal, and nobody without the key can try values out. Secrets get none.
    """

    def __init__(self, kinds: Collection[Kind] = KINDS, *, key: bytes | None = None) -> None:
        self.kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind in kinds)
        self._numbers: tuple[Kind, ...] = tuple(kind for kind in self.kinds if kind in {"card", "national_id", "phone"})
        self._has_secrets, self._has_emails = "secrets" in self.kinds, "email" in self.kinds
        self._has_ibans = "iban" in self.kinds
        self._key = key
        # Names of models, roles and services come with every span.
        self._short = lru_cache(maxsize=_REMEMBERED)(self._redact)

    def __call__(self, text: str) -> str:
        """Return the text with a mark in place of each value found; JSON stays JSON."""
        length = len(text)
        if length < _SHORTEST:
            return text
        return self._short(text) if length <= _SHORT else self._redact(text)

    def find_clean(self, texts: Sequence[str]) -> list[str]:
        """Return those of many texts that hold nothing that any kind takes out; one that is left out may hold nothing.

        It costs a third of calling this with each, where they are together some ten thousand characters or more.
        """
        return find_without_secrets(texts) if self.kinds == ("secrets",) else find_clean(texts)

    def find(self, text: str) -> tuple[Found, ...]:
        """Return what must go, in order and without overlap."""
        return _cut(text, self._find(text))

    def _redact(self, text: str) -> str:
        found = self._find(text)
        return self._replace(text, _cut(text, found)) if found else text

    def _find(self, text: str) -> list[Found]:
        written = text.encode("utf-8", "replace")
        has_numbers = _SEVEN_DIGITS in written.translate(_DIGITS, _BETWEEN_DIGITS)
        has_long_words = _LONG_WORD in written.translate(_KEY_LETTERS)
        has_address = "@" in text or ("%" in text and "%40" in text) or ("\\" in text and "\\u0040" in text)
        has_secrets = self._has_secrets and (has_long_words or has_address or may_hold_secrets(text))
        if not (has_numbers or has_address or has_secrets):
            return []
        view = unescaped_view(text)
        found: list[Found] = []
        if has_secrets:
            found.extend(find_secrets(view, has_long_words=has_long_words))
        if has_address and self._has_emails:
            found.extend(find_emails(view))
        if has_numbers:
            found.extend(self._find_numbers(view))
        return found

    def _find_numbers(self, view: str) -> Iterator[Found]:
        if self._has_ibans:
            yield from find_ibans(view)
        if self._numbers:
            yield from find_numbers(view, self._numbers)

    def _replace(self, text: str, found: tuple[Found, ...]) -> str:
        pieces: list[str] = []
        quoting = Quoting(text)
        done = 0
        for start, end, kind in found:
            quote = quoting.needed(start, end) if kind in _NUMERIC else ""
            pieces += (text[done:start], quote, self._mark(kind, text[start:end]), quote)
            done = end
        pieces.append(text[done:])
        return "".join(pieces)

    def _mark(self, kind: Kind, value: str) -> str:
        if self._key is None or kind == "secrets":
            return f"[{MARKS[kind]}]"
        told = "".join(letter for letter in value.lower() if letter.isalnum() or letter in "@.")
        pseudonym = hmac.new(self._key, told.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
        return f"[{MARKS[kind]}:{pseudonym[:_PSEUDONYM_DIGITS]}]"


def _cut(text: str, found: list[Found]) -> tuple[Found, ...]:
    return tuple(Found(*whole_escapes(text, one.start, one.end), kind=one.kind) for one in _apart(found))


def _apart(found: list[Found]) -> Iterator[Found]:
    """Yield the stretches in order, those that overlap as one; of a password in an address the host stays."""
    last: Found | None = None
    for one in sorted(found):
        if last is None or one.start >= last.end:
            if last is not None:
                yield last
            last = one
        elif not (last.kind == "secrets" and one.kind == "email"):
            last = last._replace(end=max(last.end, one.end))
    if last is not None:
        yield last
