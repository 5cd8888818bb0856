"""Take secrets out of text before it is stored. Pure; `Capture` calls it, or a function of the user's in its place.

It knows the forms of common keys and tokens. It does not look for personal data, and a secret without a form of its
own (a password in a sentence) passes.
"""

import re

REDACTED = "[secret]"
"""What stands in a secret's place."""

# Anchored on the left, so that `task-…` is no `sk-…`; a digit is asked for where words joined by hyphens would match.
# No form scans far from many beginnings in one run of letters: the time grows with the text and no faster.
_SECRET = re.compile(
    r"""(?<![A-Za-z0-9])(?:
        sk-(?=[A-Za-z_-]{0,40}[0-9])[A-Za-z0-9_-]{16,}     # OpenAI, Anthropic and their like
      | plim_[0-9a-f]{16}_[0-9a-f]{64}                     # our own
      | (?:AKIA|ASIA)[0-9A-Z]{16}                          # AWS
      | AIza[0-9A-Za-z_-]{35}                              # Google
      | gh[pousr]_[A-Za-z0-9]{36,}                         # GitHub
      | github_pat_[A-Za-z0-9_]{22,}
      | glpat-[A-Za-z0-9_-]{20,}                           # GitLab
      | hf_[A-Za-z0-9]{30,}                                # Hugging Face
      | xox[abeoprs]-[A-Za-z0-9-]{10,}                     # Slack
      | (?<![_-])eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}   # a JSON web token
      )""",
    re.VERBOSE | re.ASCII,
)
_BEARER = re.compile(r"(?<![A-Za-z0-9])(Bearer\s+)(?!\[secret\])[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE | re.ASCII)


# Looking for these first costs a fifteenth of what the patterns cost, and most texts hold none of them.
_MARKS = (
    "sk-", "plim_", "AKIA", "ASIA", "AIza", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "hf_",
    "xox", "eyJ",
)  # fmt: skip
_SHORTEST = 15


def redact_secrets(text: str) -> str:
    """Return the text with every key and token it recognises replaced by `[secret]`."""
    if len(text) < _SHORTEST or not ("bearer" in text.lower() or any(mark in text for mark in _MARKS)):
        return text
    return _BEARER.sub(rf"\g<1>{REDACTED}", _SECRET.sub(REDACTED, text))
