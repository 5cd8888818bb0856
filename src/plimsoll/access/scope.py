"""Whom an allowance applies to: reading the form `kind:name`, and finding those that apply to one call."""

from collections.abc import Sequence

from plimsoll.errors import InvalidRequest, unknown_name
from plimsoll.records import Allowance, Principal

EVERYONE = "everyone"
KINDS = ("key", "group", "tenant", "feature", "model")
_FORMS = "'everyone', 'key:ID', 'group:NAME', 'tenant:NAME', 'feature:NAME' or 'model:ALIAS'"
_LONGEST = 200
_Named = dict[str, tuple[Allowance, ...]]


def check_scope(applies_to: str) -> None:
    """Raise InvalidRequest unless the text says whom an allowance applies to."""
    kind, colon, name = applies_to.partition(":")
    if applies_to == EVERYONE:
        return
    if not colon or not name.strip() or name != name.strip() or len(applies_to) > _LONGEST:
        raise InvalidRequest(f"{applies_to!r} does not say whom it applies to.", next_step=f"Write {_FORMS}.")
    if kind not in KINDS:
        raise InvalidRequest(unknown_name("kind of owner", kind, KINDS), next_step=f"Write {_FORMS}.")


class AllowanceIndex:
    """All allowances at one moment, ready to be asked. It does not change; a new moment is a new index."""

    def __init__(self, allowances: Sequence[Allowance]) -> None:
        self.all = tuple(allowances)
        self._everyone: tuple[Allowance, ...] = ()
        self._named: dict[str, _Named] = {kind: {} for kind in KINDS}
        for allowance in self.all:
            self._add(allowance)
        self._keys, self._groups, self._tenants, self._features, self._models = (self._named[kind] for kind in KINDS)

    def _add(self, allowance: Allowance) -> None:
        kind, _, name = allowance.applies_to.partition(":")
        if kind == EVERYONE:
            self._everyone += (allowance,)
        elif kind in self._named:
            # A caller's id has the form `key:ID` itself.
            known = self._named[kind]
            name = allowance.applies_to if kind == "key" else name
            known[name] = (*known.get(name, ()), allowance)

    def applying_to(self, caller: Principal, *, feature: str | None, alias: str) -> tuple[Allowance, ...]:
        """Return the allowances that one call of this caller is held to, in no promised order."""
        if not self.all:
            return ()
        found = self._everyone + self._keys.get(caller.id, ()) + self._tenants.get(caller.tenant, ())
        found += self._models.get(alias, ())
        if feature is not None:
            found += self._features.get(feature, ())
        if self._groups:
            for group in caller.groups:
                found += self._groups.get(group, ())
        return found
