"""Keys, tokens and passwords: by a form of their own, or by the word before them."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from plimsoll.text.redaction.spans import Found

# Anchored on the left, so that `task-…` is no `sk-…`; a digit is asked for where words joined by hyphens would match.
# No form scans far from many beginnings in one run of letters: the time grows with the text and no faster.
_KEY = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        sk-(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{16,}     # OpenAI, Anthropic and their like
      | plim_[0-9a-f]{16}_[0-9a-f]{64}                     # our own
      | (?:AKIA|ASIA)[0-9A-Z]{16}                          # AWS
      | AIza[0-9A-Za-z_-]{35}                              # Google
      | ya29\.[0-9A-Za-z_-]{20,}
      | gh[pousr]_[A-Za-z0-9]{36,}                         # GitHub
      | github_pat_[A-Za-z0-9_]{22,}
      | glpat-[A-Za-z0-9_-]{20,}                           # GitLab
      | hf_[A-Za-z0-9]{30,}                                # Hugging Face
      | xox[abeoprs]-[A-Za-z0-9-]{10,}                     # Slack
      | (?:sk|rk|whsec)_(?:live_|test_)?(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{16,}   # Stripe
      | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}         # SendGrid
      | npm_[A-Za-z0-9]{36}
      | pypi-AgE[A-Za-z0-9_-]{50,}
      | (?:gsk|xai|dop_v1|r8)[_-](?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,}   # Groq, xAI, DigitalOcean, Replicate
      | (?<![_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}   # a JSON web token
      )""",
    re.VERBOSE | re.ASCII,
)
_KEY_SIGNS = (
    "sk-", "plim_", "AKIA", "ASIA", "AIza", "ya29.", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-",
    "hf_", "xox", "sk_", "rk_", "whsec_", "SG.", "npm_", "pypi-", "gsk_", "xai-", "dop_v1_", "r8_", "eyJ",
)  # fmt: skip
_AWS_SECRET = re.compile(r"(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])")
_NEAR = 200
_BEARER = re.compile(r"bearer\s{1,8}([A-Za-z0-9._~+/=-]{8,4096})", re.IGNORECASE | re.ASCII)
_BASIC = re.compile(r"://[^\s/@:\"'<>\[\]]{0,128}:([^\s/@\"'<>\[\]]{1,256})@")
_BLOCK = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BLOCK_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BODY = re.compile(r"[A-Za-z0-9+/=:,.\s-]*")
_LONGEST_BLOCK = 20_000
_NAMED = r"[ \"'\]]{0,12}(?:[:=]|=>|\bis\b|\bist\b|\bes\b|\best\b)[ \"'=]{0,12}"
_PASSWORD = re.compile(
    rf"(?:pass(?:word|wd|wort|phrase|code)?|pwd|contraseña|passe){_NAMED}([^\s\"'<>,;)\]}}\[({{]{{4,200}})",
    re.IGNORECASE,
)
_PASSWORD_WORDS = ("pass", "pwd", "contraseñ")
_TOKEN = re.compile(rf"(?:token|secret|key){_NAMED}([A-Za-z0-9_+/=.~-]{{16,4096}})", re.IGNORECASE)
_TOKEN_WORDS = ("token", "secret", "key")
_OF_KEY = re.compile(
    r"(?:api|access|account|private|secret|auth|signing|encryption|subscription)[_ -]?$", re.IGNORECASE
)
_LONGEST_OF_KEY = 14
_CODE = ("os.", "env.", "process.", "self.", "config.", "settings.", "$", "***", "xxxx", "request.", "args.")
_FEWEST_BITS = 3.0
_SHORTEST_PASSWORD = 6
WORDS = ("bearer", "pass", "pwd", "contraseñ")
"""Words that a short secret may follow, in lower case."""
# Behind a backslash a sign may be written as an escape, and what is not ASCII may be no text that a database takes.
_SIGNS = (*WORDS[:3], *_TOKEN_WORDS, *(sign.lower() for sign in _KEY_SIGNS), "@", "-----begin ", "\\", "\0")


def may_hold_secrets(text: str) -> bool:
    """Tell whether a word stands in the text that a short secret may follow."""
    lower = text.lower()
    if "bearer" in lower or "pass" in lower or "pwd" in lower:
        return True
    return not lower.isascii() and WORDS[-1] in lower


def find_without_secrets(texts: Sequence[str]) -> list[str]:
    """Return those of many texts that hold no secret: the signs of one are looked for in all of them together."""
    plain = [text for text in texts if text.isascii()]
    together = "\n".join(plain).lower()
    signs = [sign for sign in _SIGNS if sign in together]
    if not signs:
        return plain
    return [text for text in plain if not any(sign in text.lower() for sign in signs)]


def find_secrets(view: str, *, has_long_words: bool) -> Iterator[Found]:
    """Yield keys, tokens, passwords and private keys; `has_long_words` says whether letters of a key stand together."""
    lower = view.lower()
    if len(lower) != len(view):
        # A few letters of other alphabets are longer in lower case: then places would no longer agree.
        lower = view
    if "bearer" in lower:
        yield from (_first_group(match) for match in _BEARER.finditer(view))
    if "@" in view and "://" in view:
        yield from (_first_group(match) for match in _BASIC.finditer(view))
    yield from _find_named(view, lower, _PASSWORD_WORDS)
    if has_long_words:
        yield from _find_named(view, lower, _TOKEN_WORDS)
        yield from _find_keys(view)
        yield from _find_blocks(view)


def _first_group(match: re.Match[str]) -> Found:
    return Found(*match.span(1), "secrets")


def _find_named(view: str, lower: str, words: tuple[str, ...]) -> Iterator[Found]:
    is_password = words is _PASSWORD_WORDS
    pattern = _PASSWORD if is_password else _TOKEN
    for word in words:
        place = lower.find(word)
        while place >= 0:
            match = pattern.match(view, place)
            if match is not None and (_is_password(match) if is_password else _is_token(match)):
                yield _trimmed(match)
            # A value is looked at once, however many such words stand in it.
            place = lower.find(word, place + len(word) if match is None else match.end())


def _trimmed(match: re.Match[str]) -> Found:
    start, end = match.span(1)
    return Found(start, start + len(match[1].rstrip(".,:")) if match[1].rstrip(".,:") else end, "secrets")


def _is_password(match: re.Match[str]) -> bool:
    value = match[1].rstrip(".,:!?")
    if match.string[max(0, match.start() - 1) : match.start()] == ";":
        return True
    has_other = any(not letter.isalpha() and letter not in "._-/" for letter in value)
    return (
        len(value) >= _SHORTEST_PASSWORD
        and has_other
        and any(letter.isalpha() for letter in value)
        and not value.lower().startswith(_CODE)
    )


def _is_token(match: re.Match[str]) -> bool:
    value, place = match[1], match.start()
    if match[0][:3].lower() == "key" and not _OF_KEY.search(match.string, max(0, place - _LONGEST_OF_KEY), place):
        return False
    has_both = any(letter.isdigit() for letter in value) and any(letter.isalpha() for letter in value)
    return has_both and not value.lower().startswith(_CODE) and _bits_of_letter(value[:64]) >= _FEWEST_BITS


def _bits_of_letter(text: str) -> float:
    """Return the Shannon entropy of the text's letters, in bits."""
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)


def _find_keys(view: str) -> Iterator[Found]:
    if not any(sign in view for sign in _KEY_SIGNS):
        return
    for match in _KEY.finditer(view):
        yield Found(*match.span(), "secrets")
        if match.group().startswith(("AKIA", "ASIA")):
            yield from (
                Found(*secret.span(), "secrets")
                for secret in _AWS_SECRET.finditer(view, match.end(), match.end() + _NEAR)
            )


def _find_blocks(view: str) -> Iterator[Found]:
    place = view.find("-----BEGIN ")
    while place >= 0:
        begin = _BLOCK.match(view, place)
        if begin is None:
            place = view.find("-----BEGIN ", place + 1)
            continue
        body = _BODY.match(view, begin.end(), begin.end() + _LONGEST_BLOCK)
        end = begin.end() if body is None else body.end()
        last = _BLOCK_END.search(view, begin.end(), min(len(view), end + 40))
        yield Found(place, end if last is None else last.end(), "secrets")
        place = view.find("-----BEGIN ", end)
