"""E-mail addresses, also written in URLs (`%40`)."""

import re
from collections.abc import Iterator

from plimsoll.text.redaction.spans import Found

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'")
_LONGEST_LOCAL = 64
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62})\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_SHARED = frozenset({"git", "hg", "svn"})
"""Names that addresses of repositories begin with: `git@github.com:…` is nobody's mail."""
_VERSION = re.compile(r"\d+(?:\.\d|x\.)")


def find_emails(view: str) -> Iterator[Found]:
    """Yield the addresses of the text."""
    for sign in ("@", "%40"):
        if sign in view:
            yield from _find_around(view, sign)


def _find_around(view: str, sign: str) -> Iterator[Found]:
    done = 0
    place = view.find(sign)
    while place >= 0:
        after = place + len(sign)
        while view.startswith(sign, after):
            after += len(sign)
        start = _local_start(view, max(done, place - _LONGEST_LOCAL), place)
        domain = _DOMAIN.match(view, after) if start < place else None
        if domain is not None and not _is_no_address(view[start:place], domain.group()):
            yield Found(start, domain.end(), "email")
            done = after = domain.end()
        place = view.find(sign, after)


def _local_start(view: str, least: int, place: int) -> int:
    start = place
    while start > least and ((letter := view[start - 1]) in _LOCAL or (letter > "\x7f" and letter.isalnum())):
        start -= 1
    while start < place and view[start] in ".'%+-":
        start += 1
    return start


def _is_no_address(local: str, domain: str) -> bool:
    return local.lower() in _SHARED or _VERSION.match(domain) is not None
