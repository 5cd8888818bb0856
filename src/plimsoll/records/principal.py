"""Who is asking."""

import msgspec

LOCAL_TENANT = "local"
"""The tenant of a project that serves one team on one machine."""


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """A caller, as every decision about access, budget and tracing sees them."""

    id: str
    """Stable name of the caller within the tenant, e.g. `user:ada` or `key:7f3a`."""
    tenant: str = LOCAL_TENANT
    """Whose data the caller sees; nothing crosses tenants."""
    groups: frozenset[str] = frozenset()
    """Groups the caller belongs to; documents are readable by id, by group or by everyone."""
    scopes: frozenset[str] = frozenset()
    """What the caller may do: `ask` (use features), `models` (call models through `/v1`), `ingest` (change knowledge),
    `telemetry` (send spans and logs), `read` (see traces and spend), `admin` (all)."""

    @classmethod
    def local(cls) -> "Principal":
        """Return the person at this machine, who may do everything in their own project."""
        return cls(id="user:local", scopes=frozenset({"admin"}))

    def may(self, scope: str) -> bool:
        """Tell whether the caller holds the scope, directly or as an administrator."""
        return scope in self.scopes or "admin" in self.scopes
