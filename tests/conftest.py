"""What every kind of test shares."""

import pytest


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Run tests marked `anyio` on asyncio, the only loop that Plimsoll supports."""
    return "asyncio"
