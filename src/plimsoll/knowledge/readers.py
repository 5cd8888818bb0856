"""Who may read a document: users, groups, or everyone. Index and table ask here, so that both decide alike.

A document names its readers as `public`, `user:ada`, `key:7f3a` or `group:finance`. No scope stands above them: who
administers a project reads what its documents let them read.
"""

from collections.abc import Iterable

from plimsoll.errors import InvalidRequest
from plimsoll.records import Principal

PUBLIC = "public"
"""Everyone of the document's tenant."""
EVERYONE = (PUBLIC,)
"""The readers of a document that names none."""

_KINDS = ("user", "group", "key")
_PERSONS = ("user:", "key:")
_LONGEST = 200
_MOST = 200


def names_of(caller: Principal) -> frozenset[str]:
    """Return every name under which a document may let the caller read it.

    An id that has the form of a group's name, or of everyone's, names nobody.
    """
    own = {caller.id} if caller.id.startswith(_PERSONS) else set[str]()
    return frozenset({PUBLIC, *own, *(f"group:{group}" for group in caller.groups)})


def may_read(readers: Iterable[str], caller: Principal) -> bool:
    """Tell whether one of the readers is the caller, one of their groups, or everyone."""
    return not names_of(caller).isdisjoint(readers)


def check_readers(readers: Iterable[str]) -> tuple[str, ...]:
    """Return readers sorted, each once. Raises InvalidRequest for none, too many, and what names nobody."""
    named = tuple(sorted(set(readers)))
    for name in named:
        kind, _, who = name.partition(":")
        if name != PUBLIC and (kind not in _KINDS or not who.strip() or len(name) > _LONGEST):
            raise InvalidRequest(
                f"{name[:_LONGEST]!r} names no reader.",
                next_step="Write 'public', 'user:NAME', 'group:NAME' or 'key:ID'.",
            )
    if not 1 <= len(named) <= _MOST:
        raise InvalidRequest(
            f"A document cannot have {len(named)} readers.", next_step=f"Name 1 to {_MOST}; use groups for more."
        )
    return named
