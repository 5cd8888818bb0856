"""Look up what models cost in the price table of the installed genai-prices package.

`project` calls it when it opens and when a price is due to change. The table is written into the cache folder once for
each version of the package, by a process of its own; here it is read, asked and forgotten. Only `refresh_prices`, which
someone has to ask for, opens a connection.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from plimsoll.errors import DiskFull, MissingPart, OperatorError, ProviderUnreachable, StoreUnavailable
from plimsoll.prices.price import ModelPrice, ProviderModel
from plimsoll.prices.table import TABLE_VERSION, PriceTable

_PACKAGE = "genai-prices"
_EXPORT_PROGRAM = Path(__file__).with_name("export.py")
_EXPORT_SECONDS = 60.0
_NO_SPACE = 28
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}

PUBLISHED_AT = "https://raw.githubusercontent.com/pydantic/genai-prices/refs/heads/main/prices/new_data/v2/data.json"
"""Where the makers of the package publish prices between its versions."""


def find_prices(names: Iterable[ProviderModel], *, folder: Path, at: datetime) -> dict[ProviderModel, ModelPrice]:
    """Return the prices of the models that the table knows, as they hold at a moment; the others are left out.

    A provider is recognised by its address or by its name; an unknown name with an unknown address has no price,
    whatever its models are called. Takes 5 to 20 ms, and a second once after the package changed.

    Raises:
        MissingPart: the package cannot be read.
        StoreUnavailable, DiskFull: the cache folder cannot be written.

    """
    table = read_table(folder)
    found = {name: table.find(name, at) for name in names}
    return {name: price for name, price in found.items() if price is not None}


def refresh_prices(*, folder: Path, at: datetime, url: str = PUBLISHED_AT) -> str:
    """Fetch the newest published prices and return their source, as prices will name it.

    They hold until a newer version of the package is installed. What was there stays where the address gives nothing.

    Raises:
        ProviderUnreachable: the address does not answer with prices, or is not https (loopback excepted).
        StoreUnavailable, DiskFull: the cache folder cannot be written.

    """
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ProviderUnreachable(f"Prices are fetched over https only, not from {url!r}.")
    source = f"{_PACKAGE} of {at:%Y-%m-%d}"
    failure = write_table(refreshed_path(folder), source, url)
    if failure:
        raise ProviderUnreachable(
            f"{url!r} did not answer with prices: {failure}.",
            next_step="Check the network; the prices that were there stay in use.",
        )
    return source


def read_table(folder: Path) -> PriceTable:
    """Read the fetched table, else that of the installed package, writing the latter where it cannot be read."""
    for path in (refreshed_path(folder), table_path(folder)):
        try:
            return PriceTable(path.read_bytes())
        except (OSError, msgspec.DecodeError):
            continue
    source = f"{_PACKAGE} {version(_PACKAGE)}"
    failure = write_table(table_path(folder), source)
    if failure:
        raise MissingPart(
            f"The prices of {source} cannot be read: {failure}.",
            next_step=f"Install it again: pip install --force-reinstall {_PACKAGE}.",
        )
    return PriceTable(table_path(folder).read_bytes())


def table_path(folder: Path) -> Path:
    """Return where the table of the installed package is or will be."""
    return folder / f"{_PACKAGE}-{version(_PACKAGE)}-table{TABLE_VERSION}.json"


def refreshed_path(folder: Path) -> Path:
    """Return where fetched prices are: beside the installed package's, whose version they go with."""
    return table_path(folder).with_suffix(".fetched.json")


def write_table(path: Path, source: str, *urls: str) -> str:
    """Write the table beside its place and rename it there, so that it is whole or absent; return why it failed."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".prices-", dir=path.parent) as scratch:
            draft = Path(scratch) / path.name
            failure = run_export(str(draft), source, *urls)
            if not failure:
                draft.replace(path)
            return failure
    except OSError as error:
        raise unwritable(path.parent, error) from error


def run_export(*arguments: str) -> str:
    """Have prices written by a process that ends afterwards; return why it failed, or nothing."""
    command = [sys.executable, "-P", "-W", "ignore", str(_EXPORT_PROGRAM), *arguments]
    try:
        done = subprocess.run(  # noqa: S603  our own program, on a file that this module names
            command, capture_output=True, check=False, timeout=_EXPORT_SECONDS
        )
    except subprocess.TimeoutExpired:
        return f"it took over {_EXPORT_SECONDS:.0f} s"
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return (said[-1] if said else "no reason given") if done.returncode else ""


def unwritable(folder: Path, error: OSError) -> OperatorError:
    """Return the error that says what to do about a cache folder that cannot be written."""
    if error.errno == _NO_SPACE:
        return DiskFull(f"No room left for the price table in {str(folder)!r}.", next_step="Free 10 MB.")
    return StoreUnavailable(
        f"The cache folder {str(folder)!r} cannot be written: {error.strerror}.",
        next_step="Set PLIMSOLL_CACHE to a folder that can.",
    )
