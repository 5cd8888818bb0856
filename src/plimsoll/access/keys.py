"""Access keys: made, checked, listed, revoked, erased. What is stored of a key does not suffice to use it."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime

import msgspec

from plimsoll.access.recent import RecentKeys
from plimsoll.access.table import add_key, delete_key, find_key, has_active_key, list_keys, revoke_key
from plimsoll.errors import InvalidRequest, NotFound, Unauthenticated, unknown_name
from plimsoll.records import LOCAL_TENANT, Clock, Principal, Secret, new_span_id
from plimsoll.store import Store

SCOPES = ("ask", "models", "ingest", "telemetry", "read", "admin")
"""What a key may allow: use features, call models through `/v1`, change knowledge, send spans and logs by OTLP, see
traces and spend, all."""

_FORM = re.compile(r"plim_([0-9a-f]{16})_([0-9a-f]{64})", re.ASCII)
_LONGEST_NAME = 200
_RANDOM_BYTES = 32
_NO_HASH = "0" * 64


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was just made."""

    key_id: str
    """Its id, by which it is listed and revoked."""
    secret: Secret
    """The key itself, `plim_<id>_<random>`: it is shown now and never again."""


class KeyRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a key."""

    key_id: str
    """Its id."""
    name: str
    """What its maker called it."""
    tenant: str
    """Whose data it sees."""
    groups: frozenset[str]
    """Groups its bearer belongs to."""
    scopes: frozenset[str]
    """What it allows."""
    created_at: datetime
    """When it was made, in UTC."""
    revoked_at: datetime | None
    """When it was revoked, in UTC; None while it works."""


class Keys:
    """The keys of one project."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._recent = RecentKeys(clock)

    async def create(
        self,
        name: str,
        *,
        tenant: str = LOCAL_TENANT,
        groups: Collection[str] = (),
        scopes: Collection[str] = ("ask",),
    ) -> NewKey:
        """Make a key of 256 random bits; only its SHA-256 is stored. InvalidRequest for a bad name, group or scope."""
        _check(name, tenant, scopes)
        _check_groups(groups)
        key_id = new_span_id()
        secret = secrets.token_hex(_RANDOM_BYTES)
        row = {
            "key_id": key_id,
            "secret_hash": _hash(secret),
            "name": name.strip(),
            "tenant": tenant,
            "groups": _write_names(groups),
            "scopes": _write_names(scopes),
            "created_at": self._clock.now(),
        }
        await self._store.write(lambda connection: add_key(connection, row))
        return NewKey(key_id=key_id, secret=Secret(f"plim_{key_id}_{secret}"))

    async def verify(self, text: str) -> Principal:
        """Return who the key stands for; Unauthenticated when it is malformed, unknown or revoked.

        All three raise the same sentence, after the same comparison, so that a guess teaches nothing.
        """
        epoch = self._recent.epoch
        form = _FORM.fullmatch(text)
        key_id, secret = form.groups() if form else ("", "")
        row = await self._store.read(lambda connection: find_key(connection, key_id))
        known = row["secret_hash"] if row is not None and row["revoked_at"] is None else _NO_HASH
        if not hmac.compare_digest(_hash(secret), known) or row is None:
            raise Unauthenticated(
                "The access key is not known, or was revoked.",
                next_step="Make one with `plimsoll keys create` and send it as `Authorization: Bearer plim_…`.",
            )
        principal = Principal(
            id=f"key:{key_id}",
            tenant=row["tenant"],
            groups=_read_names(row["groups"]),
            scopes=_read_names(row["scopes"]),
        )
        # What was read before a revocation must not be believed after it.
        if epoch == self._recent.epoch:
            self._recent.add(text, principal)
        return principal

    def recall(self, text: str) -> Principal | None:
        """Return who the key stands for when `verify` found it good within the last second, else None: ask `verify`.

        It costs about 2 µs and reads no database. A key that this process revokes or erases is not recalled again;
        one that another process revokes may be for the rest of that second.
        """
        return self._recent.find(text)

    async def list(self) -> list[KeyRecord]:
        """Return what is kept of every key, oldest first, revoked ones included."""
        rows = await self._store.read(list_keys)
        return [
            KeyRecord(
                key_id=row["key_id"],
                name=row["name"],
                tenant=row["tenant"],
                groups=_read_names(row["groups"]),
                scopes=_read_names(row["scopes"]),
                created_at=row["created_at"],
                revoked_at=row["revoked_at"],
            )
            for row in rows
        ]

    async def revoke(self, key_id: str) -> None:
        """Make the key useless from the next request on; NotFound when there is none of that id."""
        at = self._clock.now()
        try:
            is_known = await self._store.write(lambda connection: revoke_key(connection, key_id, at))
        finally:
            self._recent.forget(f"key:{key_id}")
        if not is_known:
            known = [record.key_id for record in await self.list()]
            raise NotFound(unknown_name("access key", key_id, known), next_step="`plimsoll keys list` shows them.")

    async def any_active(self) -> bool:
        """Tell whether there is a key that works."""
        return await self._store.read(has_active_key)

    async def erase(self, subject: str) -> int:
        """Delete what is kept about a principal (`key:<id>`) and return how many rows that were."""
        kind, _, key_id = subject.partition(":")
        if kind != "key":
            return 0
        try:
            return await self._store.write(lambda connection: delete_key(connection, key_id))
        finally:
            self._recent.forget(subject)


def _check(name: str, tenant: str, scopes: Collection[str]) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise InvalidRequest(f"A key's name has 1 to {_LONGEST_NAME} characters, not {len(name.strip())}.")
    if not tenant.strip():
        raise InvalidRequest(f"A key belongs to a tenant; {tenant!r} is none.")
    if not scopes:
        raise InvalidRequest("A key allows something: name at least one scope.", next_step=f"Choose of {SCOPES}.")
    for scope in scopes:
        if scope not in SCOPES:
            raise InvalidRequest(unknown_name("scope", scope, SCOPES))


def _check_groups(groups: Collection[str]) -> None:
    for group in groups:
        if group != group.strip() or not 0 < len(group) <= _LONGEST_NAME:
            raise InvalidRequest(
                f"{group[:_LONGEST_NAME]!r} is no name of a group.",
                next_step=f"It has 1 to {_LONGEST_NAME} characters, and no space at its ends.",
            )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write_names(names: Collection[str]) -> str:
    return msgspec.json.encode(sorted(set(names))).decode()


def _read_names(text: str) -> frozenset[str]:
    return msgspec.json.decode(text, type=frozenset[str])
