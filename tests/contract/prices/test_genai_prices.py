"""The table that we write and read gives the very prices of the package it was written from."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from genai_prices import Usage as TheirUsage
from genai_prices import types
from genai_prices.data import providers

from plimsoll.errors import StoreUnavailable
from plimsoll.prices import ModelPrice, ProviderModel, find_prices, price_call
from plimsoll.records import Usage

MOMENTS = [datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (2, 12)]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("prices")


class Tokens(NamedTuple):
    """A call: what it read and wrote, and what of it went through the provider's cache."""

    read: int
    written: int
    cached: int
    kept: int


CALLS = [Tokens(1_000, 500, 300, 100), Tokens(250_000, 2_000, 100_000, 50_000), Tokens(700_000, 1, 0, 0)]


def ask_package(provider: types.Provider, name: str, at: datetime) -> list[float] | None:
    """Return what the package says that each call costs; None where it has no price for tokens read and written."""
    model = provider.find_model(name, all_providers=providers)
    if model is None:
        return None
    priced = vars(model.get_prices(at))
    if not {"input_mtok", "output_mtok"} <= priced.keys() and not model.id.endswith(":free"):
        return None
    usages = [
        TheirUsage(input_tokens=read, output_tokens=written, cache_read_tokens=cached, cache_write_tokens=kept)
        for read, written, cached, kept in CALLS
    ]
    return [float(model.calc_price(usage, provider, genai_request_timestamp=at).total_price) for usage in usages]


def ask_us(price: ModelPrice | None) -> list[float] | None:
    usages = [
        Usage(input_tokens=read, output_tokens=written, cached_input_tokens=cached, cache_write_input_tokens=kept)
        for read, written, cached, kept in CALLS
    ]
    costs = [price_call(price, usage) for usage in usages] if price is not None else []
    known = [cost for cost in costs if cost is not None]
    return known or None


@pytest.mark.parametrize("at", MOMENTS, ids=str)
def test_every_model_of_the_package_costs_what_the_package_says(cache: Path, at: datetime):
    asked = [
        (provider, ProviderModel(provider=provider.id, model=model.id))
        for provider in providers
        for model in provider.models
    ]
    found = find_prices([name for _, name in asked], folder=cache, at=at)
    pairs = [(name, ask_us(found.get(name)), ask_package(provider, name.model, at)) for provider, name in asked]
    different = [
        (name, ours, theirs)
        for name, ours, theirs in pairs
        if (ours is None) != (theirs is None) or (ours and theirs and ours != pytest.approx(theirs))
    ]
    assert sum(theirs is not None for *_, theirs in pairs) > 2_000
    assert different == []


def test_looking_up_prices_again_reads_the_table_that_is_there(cache: Path):
    name = ProviderModel(provider="openai", model="gpt-6-luna")
    first = find_prices([name], folder=cache, at=MOMENTS[0])[name]
    [table] = cache.iterdir()
    written = table.stat().st_mtime_ns
    assert find_prices([name], folder=cache, at=MOMENTS[0])[name] == first
    assert first.source.startswith("genai-prices ")
    assert table.stat().st_mtime_ns == written


def test_a_damaged_table_is_written_again(cache: Path):
    name = ProviderModel(provider="anthropic", model="claude-haiku-5-5")
    before = find_prices([name], folder=cache, at=MOMENTS[0])
    next(cache.iterdir()).write_bytes(b'{"source": "half a ta')
    assert find_prices([name], folder=cache, at=MOMENTS[0]) == before


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="cache folder") as caught:
        find_prices([], folder=tmp_path / "file" / "prices", at=MOMENTS[0])
    assert caught.value.next_step == "Set PLIMSOLL_CACHE to a folder that can."


def test_the_asking_process_never_loads_the_package(cache: Path):
    code = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from plimsoll.prices import ProviderModel, find_prices\n"
        f"name = ProviderModel(provider='groq', model='openai/gpt-oss-120b')\n"
        f"found = find_prices([name], folder=Path({str(cache)!r}), at=datetime(2026, 11, 20, tzinfo=UTC))\n"
        "assert found[name].input; assert not {'genai_prices', 'httpx', 'httpx2', 'pydantic'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=os.environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
