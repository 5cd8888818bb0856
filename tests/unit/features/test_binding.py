import asyncio
import threading
from collections.abc import Mapping
from typing import TypeVar

import pytest
from pydantic import BaseModel

from plimsoll.errors import InvalidRequest, NotBound
from plimsoll.features import Answer, Feature, Question, Result, bind_runtime
from plimsoll.records import Outcome, Principal

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)

answer = Feature("docs_answer", input=Question, output=Answer, prompt="prompts/answer.md")
pytestmark = pytest.mark.anyio
WHEN = Question(text="When?")


class Named:
    """A runtime that says who it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def run(
        self,
        feature: Feature[In, Out],
        value: In,
        caller: Principal | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> Result[Out]:
        return Result(outcome=Outcome.ABSTAINED, trace_id="0" * 32, latency_ms=1, message=self.name)


async def test_a_feature_outside_a_project_says_how_to_open_one():
    with pytest.raises(NotBound, match=r'async with plimsoll.open\("."\): result = await docs_answer'):
        await answer(WHEN)


async def test_the_innermost_project_runs_the_feature():
    with bind_runtime(Named("outer")), bind_runtime(Named("inner")):
        assert (await answer(WHEN)).message == "inner"


async def test_closing_the_inner_project_gives_the_outer_one_back():
    with bind_runtime(Named("outer")):
        with bind_runtime(Named("inner")):
            pass
        assert (await answer(WHEN)).message == "outer"


async def test_a_task_that_outlives_its_project_is_told_so():
    opened = asyncio.Event()
    closed = asyncio.Event()

    async def call_late() -> Result[Answer]:
        opened.set()
        await closed.wait()
        return await answer(WHEN)

    with bind_runtime(Named("gone")):
        late = asyncio.create_task(call_late())
        await opened.wait()
    closed.set()
    with pytest.raises(NotBound):
        await late


async def test_a_plain_thread_calls_the_only_open_project():
    def in_a_thread() -> None:
        heard.append(answer.sync(WHEN).message)

    heard: list[str] = []
    with bind_runtime(Named("only")):
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        await asyncio.to_thread(thread.join, 5)
    assert heard == ["only"]


async def test_a_thread_that_inherits_the_context_calls_its_own_project():
    with bind_runtime(Named("outer")), bind_runtime(Named("inner")):
        result = await asyncio.to_thread(answer.sync, WHEN)
    assert result.message == "inner"


async def test_sync_inside_a_running_loop_is_refused():
    with bind_runtime(Named("only")), pytest.raises(InvalidRequest, match=r"Write `await docs_answer\(...\)`"):
        answer.sync(WHEN)


async def test_an_unbound_thread_cannot_choose_between_two_projects():
    def in_a_thread() -> None:
        with pytest.raises(NotBound, match="2 projects are open") as raised:
            answer.sync(WHEN)
        heard.append(str(raised.value))

    heard: list[str] = []
    with bind_runtime(Named("one")), bind_runtime(Named("two")):
        thread = threading.Thread(target=in_a_thread)
        thread.start()
        await asyncio.to_thread(thread.join, 5)
    assert len(heard) == 1
