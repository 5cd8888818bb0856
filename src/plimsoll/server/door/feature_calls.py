"""Features of the project under the name `plimsoll/<feature>`, for callers who speak to models.

`Calls` hands over requests that name one. The last message of the user becomes the feature's input, its result a chat
completion. An abstention or a refusal is an answer like any other, with its outcome beside it.
"""

from collections.abc import Mapping, Sequence

import msgspec
from pydantic import BaseModel

from plimsoll.errors import InvalidRequest, NotFound, one_of, unknown_name
from plimsoll.features import AnyFeature, Result, question_field
from plimsoll.gateway import StreamTranslator, Wire, translate_reply, translate_request
from plimsoll.project import Project
from plimsoll.records import Clock, Principal
from plimsoll.server.auth import check_scope
from plimsoll.server.door.exchange import Exchange, Header
from plimsoll.server.door.receipt import safe_value

PREFIX = "plimsoll/"
EMBEDDED = ("plimsoll/reader", "plimsoll/minilm")
"""Models of that prefix that are no features."""
_ANSWER = "answer"
_encode = msgspec.json.Encoder().encode


class _Part(msgspec.Struct):
    text: str = ""


class _Turn(msgspec.Struct):
    role: str = "user"
    content: str | list[_Part] | None = None

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content or ())


class _Conversation(msgspec.Struct):
    messages: list[_Turn]
    stream_options: dict[str, object] | None = None


_decode_conversation = msgspec.json.Decoder(_Conversation).decode
_decode_object = msgspec.json.Decoder(dict[str, object]).decode


class FeatureCalls:
    """Answers calls that name a feature."""

    def __init__(self, project: Project, clock: Clock) -> None:
        self._project = project
        self._clock = clock

    def names(self) -> list[str]:
        """Return the features as models are named."""
        return [PREFIX + name for name in self._project.features]

    def find(self, model: str) -> AnyFeature | None:
        """Return the feature that a model's name stands for; None where it names a model.

        Raises NotFound for a name of that form that is neither.
        """
        if not model.startswith(PREFIX) or model in EMBEDDED:
            return None
        feature = self._project.features.get(model.removeprefix(PREFIX))
        if feature is None:
            raise NotFound(unknown_name("model", model, [*self.names(), *EMBEDDED]))
        return feature

    async def serve(
        self,
        exchange: Exchange,
        feature: AnyFeature,
        *,
        wire: Wire,
        fields: Mapping[str, msgspec.Raw],
        streams: bool,
        caller: Principal,
        session: str = "",
    ) -> None:
        """Run the feature and answer with its result. Raises InvalidRequest where the message does not fit."""
        check_scope(caller, "ask")
        conversation = read_conversation(wire, fields)
        payload = read_payload(feature, last_said(conversation))
        result = await self._project.run_feature(feature.name, payload, caller=caller, session=session)
        completion = write_completion(result, feature=feature.name, created=int(self._clock.now().timestamp()))
        headers = _describe(result, feature)
        if streams:
            counts = bool((conversation.stream_options or {}).get("include_usage"))
            await exchange.begin_events(headers)
            events = write_events(completion, text=write_text(result), counts=counts or wire is not Wire.CHAT)
            await exchange.end(say_events(events, wire))
        else:
            await exchange.answer(write_reply(completion, wire), headers=headers)


def read_conversation(wire: Wire, fields: Mapping[str, msgspec.Raw]) -> _Conversation:
    """Return the messages of a request on any wire. Raises InvalidRequest."""
    body = _encode(fields)
    try:
        if wire is not Wire.CHAT:
            body = _encode(translate_request(_decode_object(body), source=wire, target=Wire.CHAT))
        return _decode_conversation(body)
    except msgspec.DecodeError as error:
        raise InvalidRequest(
            f"The conversation cannot be read: {error}.",
            next_step='Send "messages" such as [{"role": "user", "content": "…"}].',
        ) from error


def last_said(conversation: _Conversation) -> str:
    """Return the text of the user's last message. Raises InvalidRequest where there is none."""
    for turn in reversed(conversation.messages):
        if turn.role == "user":
            return turn.text
    raise InvalidRequest("The conversation has no message of the user.", next_step="Its last one is the question.")


def read_payload(feature: AnyFeature, said: str) -> dict[str, object]:
    """Return a message as a feature's input: its question, or a JSON object where it has more fields than one."""
    try:
        return {question_field(feature): said}
    except InvalidRequest:
        pass
    try:
        return _decode_object(said)
    except msgspec.DecodeError as error:
        raise InvalidRequest(
            f"{feature.name!r} takes {one_of(feature.input.model_fields)}, and the message is no JSON object of these.",
            next_step="Write the user's last message as a JSON object of its fields.",
        ) from error


def write_completion(result: Result[BaseModel], *, feature: str, created: int) -> dict[str, object]:
    """Return a result as a chat completion, with `plimsoll` telling what no completion can say."""
    told = result.to_json()
    return {
        "id": f"chatcmpl-{result.trace_id}",
        "object": "chat.completion",
        "created": created,
        "model": PREFIX + feature,
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": write_text(result), "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": result.usage.input_tokens,
            "completion_tokens": result.usage.output_tokens,
            "total_tokens": result.usage.input_tokens + result.usage.output_tokens,
        },
        "plimsoll": {name: told[name] for name in ("outcome", "citations", "trace_id", "cost_usd")},
    }


def write_text(result: Result[BaseModel]) -> str:
    """Return what a result says: its `answer`, or else the whole value as JSON, or else why there is none."""
    if result.value is None:
        return result.message
    answer = getattr(result.value, _ANSWER, None)
    return answer if isinstance(answer, str) else result.value.model_dump_json()


def write_reply(completion: dict[str, object], wire: Wire) -> bytes:
    """Return a completion as the body of a wire's reply, with `plimsoll` beside what the wire knows."""
    body = _encode(completion)
    if wire is Wire.CHAT:
        return body
    said = _decode_object(translate_reply(body, source=Wire.CHAT, target=wire))
    return _encode({**said, "plimsoll": completion["plimsoll"]})


def write_events(completion: dict[str, object], *, text: str, counts: bool) -> list[bytes]:
    """Return a completion as the events of a stream: one piece of content, and its tokens where they were asked for."""
    head = {"id": completion["id"], "object": "chat.completion.chunk"}
    head |= {name: completion[name] for name in ("created", "model")}
    begun = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    ended: dict[str, object] = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks: list[dict[str, object]] = [
        {**head, "choices": [begun]},
        {**head, "choices": [ended], "plimsoll": completion["plimsoll"]},
    ]
    if counts:
        chunks.append({**head, "choices": [], "usage": completion["usage"]})
    return [*(b"data: " + _encode(chunk) + b"\n\n" for chunk in chunks), b"data: [DONE]\n\n"]


def say_events(events: Sequence[bytes], wire: Wire) -> bytes:
    """Return the events of a chat stream in the words of a wire."""
    if wire is Wire.CHAT:
        return b"".join(events)
    translator = StreamTranslator(Wire.CHAT, wire)
    said = [out for event in events for out in translator.feed(event)]
    return b"".join([*said, *translator.finish()])


def _describe(result: Result[BaseModel], feature: AnyFeature) -> list[Header]:
    headers = [
        (b"x-plimsoll-trace-id", result.trace_id.encode()),
        (b"x-plimsoll-model", safe_value(PREFIX + feature.name)),
        (b"x-plimsoll-served", b"model"),
    ]
    if result.cost_usd is not None:
        headers.append((b"x-plimsoll-cost-usd", b"%.9f" % result.cost_usd))
    return headers
