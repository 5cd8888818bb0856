"""What is in force in an open project: its settings, models with prices, who may use how much, and how stores fare.

`Project.describe_settings` makes it for the console and its JSON. It names keys and holds none.
"""

from pathlib import Path

import msgspec

from plimsoll.access import KeyRecord
from plimsoll.gateway import ModelTarget
from plimsoll.knowledge import ScheduleState
from plimsoll.project.knowledge.schedules import Schedules
from plimsoll.project.parts import Parts
from plimsoll.project.reload import InForce
from plimsoll.project.settings import SETTINGS_FILE
from plimsoll.project.settings_tables import SettingsTable, lay_out_tables
from plimsoll.project.status import GatewayHealth, ModelInUse, SettingsState
from plimsoll.records import Allowance
from plimsoll.traces import CaptureHealth


class DatabaseSize(msgspec.Struct, frozen=True, kw_only=True):
    """One database of the project."""

    name: str
    """What it holds: `state` or `traces`."""
    place: str
    """Its file, relative to the project where it lies within, or its URL without a password."""
    bytes: int
    """Its size, the write-ahead log of SQLite included."""


class SettingsReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is in force."""

    file: str
    """Where it is changed."""
    state: SettingsState
    """When the file was read, and what of it is not in force."""
    tables: tuple[SettingsTable, ...]
    """Every table of the file, defaults included."""
    models: tuple[ModelInUse, ...]
    """Which model each alias stands for, and why."""
    targets: tuple[ModelTarget, ...]
    """Every model behind the aliases, with its price."""
    keys: tuple[KeyRecord, ...]
    """Access keys that work, by what is kept of them: never the key itself."""
    allowances: tuple[Allowance, ...]
    """Who may use how much."""
    schedules: tuple[ScheduleState, ...]
    """What is done again and again."""
    databases: tuple[DatabaseSize, ...]
    """How large the databases are."""
    gateway: GatewayHealth
    """How limits, ledger and cache fare."""
    capture: CaptureHealth
    """How writing traces down goes."""


async def describe_settings(
    in_force: InForce, parts: Parts, *, folder: Path, targets: tuple[ModelTarget, ...], schedules: Schedules
) -> SettingsReport:
    """Return what is in force. Raises StoreUnavailable."""
    stores = {"state": parts.state, "traces": parts.telemetry}
    return SettingsReport(
        file=SETTINGS_FILE,
        state=in_force.state,
        tables=lay_out_tables(in_force.settings),
        models=parts.models.in_use,
        targets=targets,
        keys=tuple(key for key in await parts.keys.list() if key.revoked_at is None),
        allowances=tuple(await parts.allowances.list()),
        schedules=tuple(await schedules.describe_all()),
        databases=tuple(
            [
                DatabaseSize(name=name, place=_shorten(store.url_shown, folder), bytes=await store.measure_bytes())
                for name, store in stores.items()
            ]
        ),
        gateway=parts.models.health(),
        capture=parts.capture.health(),
    )


def _shorten(place: str, folder: Path) -> str:
    """Return a file within the project as the project would name it."""
    return str(Path(place).relative_to(folder)) if Path(place).is_relative_to(folder) else place
