import msgspec
import pytest

from plimsoll.gateway.cache.question import SemanticQuestion, read_question
from plimsoll.gateway.wire.kinds import Wire


def read(
    body: dict[str, object], *, wire: Wire = Wire.CHAT, tenant: str = "t", scope: str = "a"
) -> SemanticQuestion | None:
    fields = msgspec.json.decode(msgspec.json.encode(body), type=dict[str, msgspec.Raw])
    return read_question(tenant=tenant, scope=scope, wire=wire, fields=fields)


def said(content: object, *earlier: object) -> dict[str, object]:
    return {"model": "m", "messages": [*earlier, {"role": "user", "content": content}]}


def namespace(body: dict[str, object], **changed: str) -> str:
    question = read(body, tenant=changed.get("tenant", "t"), scope=changed.get("scope", "a"))
    assert question is not None
    return question.namespace


IMAGE = {"type": "image_url", "image_url": {"url": "data:1"}}
SYSTEM = {"role": "system", "content": "You are brief."}


@pytest.mark.parametrize(
    ("wire", "body"),
    [
        (Wire.CHAT, said("What now?")),
        (Wire.CHAT, said([IMAGE, {"type": "text", "text": "What now?"}])),
        (Wire.MESSAGES, said([{"type": "text", "text": "What now?"}])),
        (Wire.RESPONSES, {"input": "What now?"}),
        (Wire.RESPONSES, {"input": [{"role": "user", "content": [{"type": "input_text", "text": "What now?"}]}]}),
    ],
)
def test_the_question_is_the_text_of_the_users_last_turn(wire: Wire, body: dict[str, object]):
    question = read(body, wire=wire)
    assert question is not None
    assert question.text == "What now?"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"messages": []},
        {"messages": "odd"} | {"messages": [7]},
        {"messages": [{"role": "assistant", "content": "I say"}]},
        {"messages": [{"role": "tool", "content": "42"}]},
        said("   "),
        said("x" * 2_001),
        said([IMAGE]),
        said([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]),
        said(None),
    ],
)
def test_without_exactly_one_last_text_of_the_user_there_is_no_question(body: dict[str, object]):
    assert read(body) is None


def test_only_the_last_text_and_the_delivery_may_differ_within_a_namespace():
    first = namespace(said("What now?", SYSTEM) | {"stream": True, "user": "ada"})
    assert first == namespace(said("And then?", SYSTEM))
    others = [
        namespace(said("What now?")),
        namespace(said("What now?", SYSTEM) | {"temperature": 0.5}),
        namespace(said("What now?", SYSTEM) | {"model": "other"}),
        namespace(said([{"type": "text", "text": "What now?"}, IMAGE], SYSTEM)),
        namespace(said("What now?", SYSTEM), tenant="u"),
        namespace(said("What now?", SYSTEM), scope="b"),
    ]
    assert len({first, *others}) == 1 + len(others)


def test_another_picture_is_another_namespace():
    pictures = [{"type": "image_url", "image_url": {"url": f"data:{number}"}} for number in range(2)]
    assert len({namespace(said([{"type": "text", "text": "What?"}, picture])) for picture in pictures}) == 2
