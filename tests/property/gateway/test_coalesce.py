"""However callers come, leave and calls end: nobody gets another key's answer, nothing is left running."""

import asyncio
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.gateway.cache.coalesce import Coalescer, Shared

Step = tuple[Literal["come", "leave", "end", "break", "tick"], int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "leave", "end", "break", "tick"]), st.integers(0, 5)), min_size=1, max_size=40
)


class Calls:
    """Calls of two keys, ended from outside; counts those that run at the same time under one key."""

    def __init__(self) -> None:
        self.open: dict[str, list[asyncio.Future[None]]] = {"0": [], "1": []}
        self.most_at_once = 0

    async def make(self, key: str) -> str:
        gate = asyncio.get_running_loop().create_future()
        self.open[key].append(gate)
        self.most_at_once = max(self.most_at_once, len(self.open[key]))
        try:
            await gate
        finally:
            self.open[key].remove(gate)
        return key

    def end(self, key: str, *, well: bool) -> None:
        for gate in self.open[key]:
            if gate.done():
                continue
            if well:
                gate.set_result(None)
            else:
                gate.set_exception(ValueError(key))


async def play(steps: list[Step]) -> None:
    shared, calls = Coalescer[str](), Calls()
    callers: list[tuple[str, asyncio.Task[Shared[str]]]] = []
    for action, number in steps:
        key = str(number % 2)
        if action == "come":
            callers.append((key, asyncio.create_task(shared.share(key, lambda key=key: calls.make(key)))))
        elif action == "leave" and callers:
            callers[number % len(callers)][1].cancel()
        elif action == "tick":
            await asyncio.sleep(0)
        else:
            calls.end(key, well=action == "end")
    await finish(shared, calls, callers)


async def finish(shared: Coalescer[str], calls: Calls, callers: list[tuple[str, asyncio.Task[Shared[str]]]]) -> None:
    async with asyncio.timeout(5):
        while not all(task.done() for _, task in callers):
            for key in ("0", "1"):
                calls.end(key, well=True)
            await asyncio.sleep(0)
    for key, task in callers:
        if not task.cancelled() and task.exception() is None:
            assert task.result().value == key
        elif not task.cancelled():
            assert str(task.exception()) == key
    await shared.close()
    assert calls.open == {"0": [], "1": []}
    assert len(asyncio.all_tasks()) == 1


@settings(max_examples=300, deadline=None)
@given(STEPS)
def test_any_interleaving_gives_each_caller_its_own_answer_and_leaves_nothing_behind(steps: list[Step]):
    assert asyncio.run(play(steps)) is None
