"""Which model of which provider a name stands for, and what its tokens cost. A record."""

import msgspec

from plimsoll.prices import ModelPrice


class ModelTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A model that features and callers can name."""

    alias: str
    """The name that they use."""
    provider: str
    """Who serves it: a key of the gateway's providers."""
    model: str
    """Its name at the provider."""
    price: ModelPrice | None = None
    """What its tokens cost; None when that is unknown."""

    @property
    def full_name(self) -> str:
        """Return `provider/model`."""
        return f"{self.provider}/{self.model}"
