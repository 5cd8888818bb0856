"""Whatever rewrites gives one to three questions that can be searched for, each once, and says when it cannot."""

import asyncio
import json
from collections.abc import Callable, Sequence

import pytest
from opentelemetry.sdk.trace import TracerProvider

from plimsoll.errors import PlimsollError, ProviderRefused, ProviderTimeout, UnusableAnswer
from plimsoll.gateway import Alias, Gateway, ModelTarget, Scripted, ScriptedReply
from plimsoll.knowledge import ModelRewriter, Rewriter
from plimsoll.prices import ModelPrice
from plimsoll.records import Message, Principal, SystemClock
from plimsoll.testing import Hangs, ScriptedRewriter

pytestmark = pytest.mark.anyio
CALLER = Principal(id="user:ada")
QUESTION = "And when is it due, and who signs it?"
SPLIT = ("When is a sick note due?", "Who signs a sick note?")
BEFORE = (
    Message(role="user", content="What is a sick note?"),
    Message(role="assistant", content="A paper of a doctor."),
)


def model_of(script: Sequence[str | ScriptedReply | PlimsollError]) -> tuple[ModelRewriter, Scripted]:
    model = Scripted(list(script))  # pyright: ignore[reportArgumentType]
    price = ModelPrice(input=1.0, output=2.0, source="test")
    target = ModelTarget(alias="small", provider="scripted", model="small", price=price)
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("tests")
    gateway = Gateway({"scripted": model}, [Alias.of(target)], tracer=tracer, clock=SystemClock())
    return ModelRewriter(gateway, "small"), model


def write(*questions: object) -> str:
    return json.dumps({"questions": questions})


def by_model(questions: tuple[str, ...]) -> Rewriter:
    return model_of([write(*questions)])[0]


def by_script(questions: tuple[str, ...]) -> Rewriter:
    return ScriptedRewriter([questions])


async def rewritten(rewriter: Rewriter, seconds: float = 30.0) -> tuple[str, ...]:
    return await rewriter.rewrite(QUESTION, conversation=BEFORE, caller=CALLER, timeout_seconds=seconds)


@pytest.mark.parametrize("made", [by_model, by_script])
@pytest.mark.parametrize("questions", [SPLIT[:1], SPLIT, (*SPLIT, "Wer unterschreibt sie?")])
async def test_the_questions_come_in_their_order(
    made: Callable[[tuple[str, ...]], Rewriter], questions: tuple[str, ...]
):
    assert await rewritten(made(questions)) == questions


@pytest.mark.parametrize(
    "reply",
    [
        write(*SPLIT),
        f"Here you are:\n```json\n{write(*SPLIT)}\n```",
        write(f" {SPLIT[0]}\n", SPLIT[0], "", SPLIT[1], "  "),
    ],
)
async def test_a_models_reply_is_read_however_it_is_dressed(reply: str):
    assert await rewritten(model_of([reply])[0]) == SPLIT


@pytest.mark.parametrize(
    "reply",
    [
        "I cannot help with that.",
        "",
        '{"questions": ["When is',
        '{"questions": "When is it due?"}',
        "{}",
        "[]",
        write(),
        write("", " "),
        write(1, 2),
        write("a?", "b?", "c?", "d?"),
        write("a" * 1_001),
        ScriptedReply(text='{"questions": ["When', finish_reason="length"),
    ],
)
async def test_a_reply_of_another_shape_is_unusable(reply: str | ScriptedReply):
    with pytest.raises(UnusableAnswer):
        await rewritten(model_of([reply])[0])


async def test_a_model_that_refuses_or_hangs_raises_an_error_of_the_tree():
    with pytest.raises(ProviderRefused):
        await rewritten(model_of([ProviderRefused("It said 400.")])[0])
    with pytest.raises(ProviderTimeout):
        await rewritten(model_of([ScriptedReply(hangs=True)])[0], seconds=0.05)


async def test_the_model_sees_the_conversation_as_material_and_the_task_as_its_system_message():
    rewriter, model = model_of([write(*SPLIT)])
    await rewritten(rewriter)
    (request,) = model.requests
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.messages[1].content == (
        f"Conversation (2 turns):\nuser: What is a sick note?\nassistant: A paper of a doctor.\n\nQuestion: {QUESTION}"
    )
    assert (request.temperature, request.response_schema is None) == (0, False)


async def test_an_endless_conversation_is_cut_to_its_end():
    rewriter, model = model_of([write(*SPLIT)])
    turns = [Message(role="user", content=f"{number} " + "x" * 5_000) for number in range(100)]
    await rewriter.rewrite(QUESTION, conversation=turns, caller=CALLER, timeout_seconds=30)
    sent = str(model.requests[0].messages[1].content)
    assert sent.startswith("Conversation (12 turns):\nuser: 88 xxx")
    assert len(sent) < 12 * 2_100


async def test_a_scripted_one_raises_hangs_and_remembers_what_it_was_asked():
    rewriter = ScriptedRewriter([UnusableAnswer("no"), Hangs()])
    with pytest.raises(UnusableAnswer):
        await rewritten(rewriter)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await rewritten(rewriter)
    assert await rewritten(rewriter) == (QUESTION,)
    assert [(one.question, one.conversation, one.caller) for one in rewriter.asked] == [(QUESTION, BEFORE, CALLER)] * 3
