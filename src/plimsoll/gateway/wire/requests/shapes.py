"""The parts of requests that translation reads, typed, so that a wrong one is named by its place. Records only.

Fields that are not listed are ones that translation drops; the lists of those it refuses stand in the translators.
"""

from typing import TypeVar

import msgspec

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire.kinds import Wire

Json = dict[str, object]
"""A JSON object."""
_Shape = TypeVar("_Shape")


def read_shape(body: Json, shape: type[_Shape], wire: Wire) -> _Shape:
    """Return the body as a record. Raises InvalidRequest that names the field in question."""
    try:
        return msgspec.convert(body, shape)
    except msgspec.ValidationError as error:
        raise InvalidRequest(
            f"The body is no {wire} request: {error}.", next_step="Correct the field at that place."
        ) from error


def refuse(field: str, why: str) -> InvalidRequest:
    """Return the error for a field whose meaning would be lost in translation."""
    return InvalidRequest(
        f"`{field}` cannot be translated for the provider of this model: {why}.",
        next_step="Leave it out, or choose a model whose provider speaks the interface that you called.",
    )


def refuse_fields(body: Json, fields: dict[str, str]) -> None:
    """Raise InvalidRequest for the first of the fields that asks for something; `fields` says what each would need."""
    for field, why in fields.items():
        if body.get(field):
            raise refuse(field, why)


class ImageUrl(msgspec.Struct):
    """Where a chat image is."""

    url: str


class File(msgspec.Struct):
    """A file of a chat part."""

    filename: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    file_id: str | None = None


class ChatPart(msgspec.Struct):
    """A part of a chat message."""

    type: str
    text: str = ""
    refusal: str = ""
    image_url: ImageUrl | str | None = None
    file: File | None = None
    cache_control: Json | None = None


class Function(msgspec.Struct):
    """A tool, or a call of one, as chat writes it."""

    name: str
    arguments: str | Json | None = None
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


class ChatCall(msgspec.Struct):
    """A call of a tool in a chat message."""

    id: str
    type: str = "function"
    function: Function | None = None


class ChatMessage(msgspec.Struct):
    """One message of a chat."""

    role: str
    content: str | list[ChatPart] | None = None
    refusal: str | None = None
    tool_calls: list[ChatCall] | None = None
    tool_call_id: str = ""
    thinking_blocks: list[Json] | None = None


class ChatTool(msgspec.Struct):
    """A tool of a chat request."""

    type: str = "function"
    function: Function | None = None
    cache_control: Json | None = None


class Named(msgspec.Struct):
    """Something that has only a name."""

    name: str = ""


class AllowedTool(msgspec.Struct):
    """A tool that may be called, of those that are declared."""

    function: Named = msgspec.field(default_factory=Named)


class AllowedTools(msgspec.Struct):
    """The tools that may be called, of those that are declared."""

    mode: str = "auto"
    tools: list[AllowedTool] = []


class ChatToolChoice(msgspec.Struct):
    """Which tool a chat must call."""

    type: str
    function: Named | None = None
    allowed_tools: AllowedTools | None = None


class JsonSchema(msgspec.Struct):
    """The schema of an answer."""

    schema: Json | None = None


class ResponseFormat(msgspec.Struct):
    """The shape of an answer."""

    type: str = "text"
    json_schema: JsonSchema | None = None


class ChatRequest(msgspec.Struct):
    """A request of chat completions."""

    model: str
    messages: list[ChatMessage]
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    n: int | None = None
    modalities: list[str] | None = None
    tools: list[ChatTool] | None = None
    tool_choice: str | ChatToolChoice | None = None
    parallel_tool_calls: bool | None = None
    stop: str | list[str] | None = None
    response_format: ResponseFormat | None = None
    reasoning_effort: str | None = None
    user: str | None = None
    safety_identifier: str | None = None


class Source(msgspec.Struct):
    """Where Anthropic's images and documents are."""

    type: str
    media_type: str = ""
    data: str = ""
    url: str = ""
    content: "str | list[Block] | None" = None


class Citations(msgspec.Struct):
    """Whether a document is to be cited."""

    enabled: bool | None = None


class Block(msgspec.Struct):
    """A block of Anthropic's content, of any type."""

    type: str
    text: str = ""
    source: Source | str | None = None
    title: str | None = None
    context: str | None = None
    citations: Citations | list[object] | None = None
    content: "str | list[Block] | None" = None
    tool_use_id: str = ""
    is_error: bool = False
    id: str = ""
    name: str = ""
    input: Json = {}
    thinking: str = ""
    signature: str = ""


class Turn(msgspec.Struct):
    """One turn of Anthropic's conversation."""

    role: str
    content: str | list[Block]


class MessagesTool(msgspec.Struct):
    """A tool of a request of Anthropic's."""

    name: str
    type: str | None = None
    description: str | None = None
    input_schema: Json | None = None
    strict: bool | None = None


class MessagesToolChoice(msgspec.Struct):
    """Which tool Anthropic's model must call."""

    type: str
    name: str = ""
    disable_parallel_tool_use: bool | None = None


class OutputFormat(msgspec.Struct):
    """The shape of Anthropic's answer."""

    type: str
    schema: Json = {}


class OutputConfig(msgspec.Struct):
    """How Anthropic's model answers."""

    effort: str | None = None
    format: OutputFormat | None = None


class ThinkingConfig(msgspec.Struct):
    """How much Anthropic's model thinks."""

    type: str
    budget_tokens: int | None = None


class Metadata(msgspec.Struct):
    """For whom the request is."""

    user_id: str | None = None


class MessagesRequest(msgspec.Struct):
    """A request of Anthropic's messages."""

    model: str
    messages: list[Turn]
    max_tokens: int | None = None
    system: str | list[Block] | None = None
    tools: list[MessagesTool] | None = None
    tool_choice: MessagesToolChoice | None = None
    stop_sequences: list[str] | None = None
    output_config: OutputConfig | None = None
    output_format: OutputFormat | None = None
    thinking: ThinkingConfig | None = None
    metadata: Metadata | None = None


class InputPart(msgspec.Struct):
    """A part of what a responses request says."""

    type: str
    text: str = ""
    refusal: str = ""
    image_url: str | None = None
    filename: str | None = None
    file_data: str | None = None
    file_url: str | None = None
    file_id: str | None = None


class InputItem(msgspec.Struct):
    """One item of what a responses request says."""

    type: str = "message"
    role: str = ""
    content: str | list[InputPart] | None = None
    call_id: str = ""
    name: str = ""
    arguments: str = ""
    output: str | list[InputPart] | None = None


class ResponsesTool(msgspec.Struct):
    """A tool of a responses request."""

    type: str
    name: str = ""
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


class ResponsesToolChoice(msgspec.Struct):
    """Which tool a response must call."""

    type: str
    name: str = ""
    mode: str = "auto"
    tools: list[Named] = []


class TextFormat(msgspec.Struct):
    """The shape of a response."""

    type: str = "text"
    name: str = "answer"
    schema: Json = {}
    strict: bool | None = None
    description: str | None = None


class TextConfig(msgspec.Struct):
    """How a response is written."""

    format: TextFormat | None = None
    verbosity: str | None = None


class Reasoning(msgspec.Struct):
    """How much a response reasons."""

    effort: str | None = None


class ResponsesRequest(msgspec.Struct):
    """A request of OpenAI's responses."""

    model: str
    input: str | list[InputItem] = ""
    instructions: str | None = None
    max_output_tokens: int | None = None
    tools: list[ResponsesTool] | None = None
    tool_choice: str | ResponsesToolChoice | None = None
    text: TextConfig | None = None
    reasoning: Reasoning | None = None
    user: str | None = None
    safety_identifier: str | None = None
