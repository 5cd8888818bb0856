"""One timer bounds many waits: each has its whole time, and only the one that takes too long ends."""

import asyncio

import pytest

from plimsoll.gateway.patience import Patience

pytestmark = pytest.mark.anyio


async def slow() -> None:
    await asyncio.Event().wait()


async def quick(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def test_what_comes_in_time_is_returned_time_after_time():
    patience = Patience()
    assert [await patience.wait(quick(number), seconds=5) for number in range(3)] == [0, 1, 2]
    patience.end()


async def test_a_wait_that_takes_too_long_ends_and_the_task_goes_on():
    patience = Patience()
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await patience.wait(slow(), seconds=0.01)
    assert await patience.wait(quick(7), seconds=5) == 7
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    patience.end()


async def test_a_shorter_wait_after_a_longer_one_has_its_own_time():
    patience = Patience()
    await patience.wait(quick(1), seconds=60)
    began = asyncio.get_running_loop().time()
    with pytest.raises(TimeoutError):
        await patience.wait(slow(), seconds=0.01)
    assert asyncio.get_running_loop().time() - began < 30
    patience.end()


async def test_a_longer_wait_after_a_shorter_one_is_not_ended_by_the_old_timer():
    patience = Patience()
    await patience.wait(quick(1), seconds=0.01)
    assert await patience.wait(asyncio.sleep(0.05, 2), seconds=5) == 2
    patience.end()


async def test_time_between_two_waits_does_not_count():
    patience = Patience()
    await patience.wait(quick(1), seconds=0.01)
    await asyncio.sleep(0.03)
    assert await patience.wait(quick(2), seconds=0.01) == 2
    patience.end()


async def test_a_cancellation_from_outside_stays_a_cancellation():
    patience = Patience()
    task = asyncio.create_task(patience.wait(slow(), seconds=60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    patience.end()


async def test_what_fails_raises_its_own_error():
    async def fails() -> None:
        raise OSError("broken")

    patience = Patience()
    with pytest.raises(OSError, match="broken"):
        await patience.wait(fails(), seconds=5)
    patience.end()
