"""What a finder finds: a stretch of text and its kind."""

from typing import Literal, NamedTuple

Kind = Literal["secrets", "email", "phone", "card", "iban", "national_id"]
"""What can be taken out of texts."""

KINDS: tuple[Kind, ...] = ("secrets", "email", "phone", "card", "iban", "national_id")
"""All of them."""

MARKS: dict[Kind, str] = {
    "secrets": "secret",
    "email": "email",
    "phone": "phone",
    "card": "card",
    "iban": "iban",
    "national_id": "national_id",
}
"""The word that stands, in brackets, in place of each."""


class Found(NamedTuple):
    """A stretch `text[start:end]` that must go."""

    start: int
    end: int
    kind: Kind
