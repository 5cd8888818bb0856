from pathlib import Path

import pytest

from plimsoll.errors import AddressInUse, InvalidSettings, UnsafeAddress
from plimsoll.server import Address, check_address, listen

from contract.server.serving import open_new_project

pytestmark = pytest.mark.anyio

EVERYWHERE = ".".join("0000")
BEYOND = [
    Address(host=EVERYWHERE),
    Address(host="::"),
    Address(host="192.168.1.5"),
    Address(allowed_hosts=("ai.example",)),
]


@pytest.mark.parametrize("address", BEYOND, ids=lambda address: address.host)
async def test_an_address_beyond_this_machine_needs_a_key_first(tmp_path: Path, address: Address):
    async with open_new_project(tmp_path) as project:
        keys = project.keys
        with pytest.raises(UnsafeAddress) as refused:
            await check_address(address, keys)
        assert "plimsoll keys create NAME" in refused.value.next_step
        await keys.create("first")
        await check_address(address, keys)


async def test_a_revoked_key_does_not_open_an_address(tmp_path: Path):
    async with open_new_project(tmp_path) as project:
        keys = project.keys
        await keys.revoke((await keys.create("first")).key_id)
        with pytest.raises(UnsafeAddress):
            await check_address(Address(host=EVERYWHERE), keys)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
async def test_loopback_needs_no_key(tmp_path: Path, host: str):
    async with open_new_project(tmp_path) as project:
        keys = project.keys
        assert await check_address(Address(host=host), keys) is None


def test_a_port_in_use_is_named_with_the_next_free_command():
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUse) as refused:
            listen("127.0.0.1", port)
    assert f"port {port}" in refused.value.message
    assert "plimsoll serve --port" in refused.value.next_step


def test_an_address_of_another_machine_is_explained():
    with pytest.raises(InvalidSettings) as refused:
        listen("192.0.2.1", 0)
    assert "192.0.2.1" in refused.value.message
