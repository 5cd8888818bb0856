"""A value that must never be shown: an API key, a password in a URL, a token."""


class Secret:
    """A string that prints as `***` and gives itself up only to `reveal()`.

    It is neither comparable nor serialisable by accident: `repr`, `str` and `format` all print `***`.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Wrap the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value itself; call this only where it leaves for the party it belongs to."""
        return self._value

    def __bool__(self) -> bool:
        """Tell whether there is a value at all."""
        return bool(self._value)

    def __repr__(self) -> str:
        """Return `***`."""
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        """Return `***`, padded as asked."""
        return format("***", spec)
