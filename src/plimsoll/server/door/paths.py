"""The paths of the door: for its table, for the reference, and for those who suggest a path. No behaviour."""

import msgspec

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
MESSAGES = "/v1/messages"
EMBEDDINGS = "/v1/embeddings"
TRANSCRIPTIONS = "/v1/audio/transcriptions"
SPEECH = "/v1/audio/speech"
MODELS = "/v1/models"
MODEL = "/v1/models/{id}"
TRACES = "/v1/traces"
LOGS = "/v1/logs"


class DoorPath(msgspec.Struct, frozen=True, kw_only=True):
    """One path of the door."""

    method: str
    """The only method that it takes."""
    path: str
    """The path."""
    says: str
    """What it does, in one sentence."""


DOOR_PATHS = (
    DoorPath(method="POST", path=CHAT, says="Chat completions, as OpenAI's SDK sends them; whole or as a stream."),
    DoorPath(method="POST", path=RESPONSES, says="Responses, as OpenAI's SDK sends them; whole or as a stream."),
    DoorPath(method="POST", path=MESSAGES, says="Messages, as Anthropic's SDK sends them; whole or as a stream."),
    DoorPath(method="POST", path=EMBEDDINGS, says="A vector for each text, as numbers or packed in base64."),
    DoorPath(method="POST", path=TRANSCRIPTIONS, says="The text of a recording; the form is passed on as it came."),
    DoorPath(method="POST", path=SPEECH, says="A text as sound, passed on as it comes."),
    DoorPath(method="GET", path=MODELS, says="The names that `model` may have; Anthropic's SDK gets its own shape."),
    DoorPath(method="GET", path=MODEL, says="One of these names."),
    DoorPath(method="POST", path=TRACES, says="Spans by OTLP, protobuf or JSON, plain or gzip; needs `telemetry`."),
    DoorPath(method="POST", path=LOGS, says="Log records by OTLP: evaluation results and messages; needs `telemetry`."),
)
"""Every path that the door answers."""
