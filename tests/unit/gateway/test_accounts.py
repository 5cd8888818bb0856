import msgspec

from plimsoll.gateway import Call, ChatRequest, Wire
from plimsoll.gateway.accounts import bound_input
from plimsoll.gateway.chat import write_fields
from plimsoll.records import Message, Principal


def bound(request: ChatRequest, request_bytes: int) -> int:
    fields = write_fields(request)
    call = Call(wire=Wire.CHAT, fields=fields, model="fast", caller=Principal.local(), request_bytes=request_bytes)
    return bound_input(call)


def test_a_text_is_bounded_by_its_bytes_not_by_its_letters():
    text = "船" * 100
    request = ChatRequest(model="fast", messages=(Message(role="user", content=text),))
    assert bound(request, len(text)) >= 300


def test_a_schema_counts_since_the_model_reads_it():
    schema: dict[str, object] = {"description": "x" * 5_000}
    request = ChatRequest(model="fast", messages=(Message(role="user", content="ping"),), response_schema=schema)
    assert bound(request, 4) >= 5_000


def test_a_picture_counts_by_the_piece():
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
    messages = msgspec.Raw(msgspec.json.encode([{"role": "user", "content": [picture]}]))
    call = Call(wire=Wire.CHAT, fields={"messages": messages}, model="fast", caller=Principal.local())
    assert 5_000 <= bound_input(call) < 6_000
