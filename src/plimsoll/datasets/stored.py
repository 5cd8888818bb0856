"""Datasets kept in the state database: versions that never change, and that a person's cases can be erased from.

Made by the project over its state store. Cases made from traces belong here, since they hold what people wrote. It
reads no file and runs nothing.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial

import msgspec

from plimsoll.datasets import table
from plimsoll.datasets.case_line import Place, read_case, write_case
from plimsoll.datasets.dataset import Dataset, version_of
from plimsoll.errors import InvalidDataset, InvalidRequest, NotFound, unknown_name
from plimsoll.records import LOCAL_TENANT, Case, Clock
from plimsoll.store import Store

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""What a stored dataset may be called."""

_SHORTEST_VERSION = 6
_VERSION = re.compile(r"[0-9a-f]{6,64}")
_MOST_CASES = 100_000


class KeptCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case, and whose words it holds."""

    case: Case
    """The case."""
    tenant: str = LOCAL_TENANT
    """The tenant whose request it was made from."""
    subject: str | None = None
    """The person whose request it was made from; None for a case that somebody wrote."""


class StoredVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a stored dataset."""

    name: str
    """The dataset."""
    version: str
    """SHA-256 of its cases, as that of a file is."""
    cases: int
    """Cases that it was made of."""
    left: int
    """Cases that are left of it: fewer, once a person was erased from it."""
    current_at: datetime
    """When it last became the dataset's current version, in UTC."""
    note: str
    """Where it came from."""


class StoredDatasets:
    """The datasets in a project's state database."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def put(
        self, name: str, cases: Sequence[KeptCase], *, note: str, follows: table.Follows | None = None
    ) -> str:
        """Keep the cases as the dataset's current version and return its hash.

        Raises InvalidRequest where the current version is not the one that it `follows`, so that of two imports at
        once none loses what the other added.
        """
        _check(name, cases)
        version = version_of([one.case for one in cases])
        rows = [_row(one) for one in cases]
        header: dict[str, object] = {"name": name, "version": version, "cases": len(cases), "note": note}

        at = self._clock.now()
        is_put = await self._store.write(
            lambda connection: table.put_version(connection, header, rows, at=at, follows=follows)
        )
        if not is_put:
            raise InvalidRequest(f"The dataset {name!r} was changed meanwhile.", next_step="Run the command again.")
        return version

    async def versions(self, name: str | None = None) -> tuple[StoredVersion, ...]:
        """Return the versions of a dataset, or of all by name, the current one of each first."""
        rows = await self._store.read(partial(table.list_versions, name=name))
        return tuple(StoredVersion(**{name: row[name] for name in StoredVersion.__struct_fields__}) for row in rows)

    async def find(self, name: str, version: str = "") -> StoredVersion:
        """Return the version whose hash begins so, or the current one; NotFound and InvalidRequest otherwise."""
        known = await self.versions(name)
        if not known:
            names = sorted({one.name for one in await self.versions()})
            raise NotFound(unknown_name("stored dataset", name, names), next_step="`plimsoll datasets list` names all.")
        if not version:
            return known[0]
        check_version(version)
        found = [one for one in known if one.version.startswith(version)]
        if len(found) != 1:
            some = ", ".join(one.version[:12] for one in known[:5])
            what = "no" if not found else "more than one"
            raise NotFound(
                f"{name!r} has {what} version that begins with {version!r}.", next_step=f"Its newest are {some}."
            )
        return found[0]

    async def cases(self, version: StoredVersion) -> tuple[KeptCase, ...]:
        """Return the cases of a version that are left, in order."""
        rows = await self._store.read(lambda connection: table.read_cases(connection, version.name, version.version))
        shown = f"{version.name}@{version.version[:12]}"
        return tuple(
            KeptCase(
                case=read_case(row["line"], Place(file=shown, line=place)), tenant=row["tenant"], subject=row["subject"]
            )
            for place, row in enumerate(rows, 1)
        )

    async def load(self, name: str, version: str = "") -> Dataset:
        """Return a version to be run, its content verified by its hash.

        Raises InvalidDataset for one that lost cases when a person was erased: it is no longer what was measured.
        """
        found = await self.find(name, version)
        cases = [one.case for one in await self.cases(found)]
        if not cases or version_of(cases) != found.version:
            raise InvalidDataset(
                f"{name}@{found.version[:12]} holds {len(cases)} of the {found.cases} cases that it was made of: the "
                "others were erased with the person they came from.",
                next_step=f"Name another version; `plimsoll datasets show {name}` lists them.",
            )
        return Dataset(name=name, cases=tuple(cases), version=found.version)

    async def remove(self, name: str) -> int:
        """Delete a dataset with all its versions and return how many those were. Raises NotFound."""
        await self.find(name)
        gone = await self._store.write(partial(table.delete_dataset, name=name))
        await self._store.checkpoint()
        return gone

    async def erase(self, subject: str, *, tenant: str = LOCAL_TENANT) -> int:
        """Delete the person's cases out of every version and return how many those were.

        A dataset whose current version loses some gets a new current one, of what is left.
        """
        at = self._clock.now()
        gone = await self._store.write(
            lambda connection: table.erase_subject(connection, subject, tenant, at=at, remake=_remake)
        )
        await self._store.checkpoint()
        return gone


def check_version(version: str) -> None:
    """Raise InvalidRequest unless the text is a version's hash or a beginning of it."""
    if not _VERSION.fullmatch(version):
        raise InvalidRequest(
            f"{version!r} is not the version of a dataset, nor {_SHORTEST_VERSION} or more digits of its beginning.",
            next_step="`plimsoll datasets list` prints the version of each.",
        )


def _remake(name: str, version: str, rows: list[dict[str, object]]) -> table.Remade | None:
    """Return what is left of a version as one of its own; None where it lost nothing, or all."""
    cases = [read_case(str(row["line"]), Place(file=name, line=place)) for place, row in enumerate(rows, 1)]
    if not cases or version_of(cases) == version:
        return None
    note = f"{version[:12]} without what was erased"
    header = {"name": name, "version": version_of(cases), "cases": len(cases), "note": note}
    return table.Remade(header, [_content(row) for row in rows])


def _check(name: str, cases: Sequence[KeptCase]) -> None:
    if not NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name!r} cannot be a dataset's name: letters, digits, dots, hyphens and underscores, 100 at most.",
            next_step="Choose another, e.g. docs_answer.",
        )
    if not cases:
        raise InvalidDataset(f"The dataset {name!r} would hold no case.", next_step="Give it at least one.")
    if len(cases) > _MOST_CASES:
        raise InvalidDataset(f"The dataset {name!r} would hold {len(cases):,} cases; at most {_MOST_CASES:,} are kept.")
    ids = {one.case.id for one in cases}
    if len(ids) < len(cases):
        raise InvalidDataset(f"The dataset {name!r} would hold two cases of one id.", next_step="Rename one of them.")


def _row(kept: KeptCase) -> dict[str, object]:
    return _content({"line": write_case(kept.case), "tenant": kept.tenant, "subject": kept.subject})


def _content(row: dict[str, object]) -> dict[str, object]:
    """Return the row with its id: the same words of two people are two contents, so that each can be erased."""
    whole = msgspec.json.encode([row["line"], row["tenant"], row["subject"]])
    return row | {"content_id": hashlib.sha256(whole).hexdigest()}
