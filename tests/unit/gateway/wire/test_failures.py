import msgspec
import pytest
from anthropic.types import ErrorResponse
from openai.types.responses import ResponseErrorEvent
from openai.types.shared import ErrorObject

from plimsoll.gateway.wire import Wire, event_data, event_name, write_error, write_stream_error

TYPES = [
    (400, "invalid_request_error", "invalid_request_error"),
    (401, "authentication_error", "authentication_error"),
    (403, "permission_error", "permission_error"),
    (404, "not_found_error", "not_found_error"),
    (413, "invalid_request_error", "request_too_large"),
    (422, "invalid_request_error", "invalid_request_error"),
    (429, "rate_limit_error", "rate_limit_error"),
    (500, "server_error", "api_error"),
    (502, "server_error", "api_error"),
    (504, "server_error", "timeout_error"),
    (529, "server_error", "overloaded_error"),
]


@pytest.mark.parametrize(("status", "openai", "anthropic"), TYPES)
def test_an_error_has_the_type_of_its_status(status: int, openai: str, anthropic: str):
    said = msgspec.json.decode(write_error(Wire.CHAT, status=status, code="c", message="m", param="model"))
    assert ErrorObject.model_validate(said["error"]) == ErrorObject(type=openai, code="c", message="m", param="model")
    assert said == msgspec.json.decode(write_error(Wire.RESPONSES, status=status, code="c", message="m", param="model"))
    other = msgspec.json.decode(write_error(Wire.MESSAGES, status=status, code="c", message="m", request_id="r"))
    assert other == {"type": "error", "error": {"type": anthropic, "message": "m"}, "request_id": "r"}


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 429, 500, 504, 529])
def test_anthropics_client_knows_the_shape(status: int):
    said = ErrorResponse.model_validate_json(write_error(Wire.MESSAGES, status=status, code="c", message="m"))
    assert said.error.message == "m"


def test_a_chat_stream_fails_with_an_error_object():
    event = write_stream_error(Wire.CHAT, status=502, code="provider_refused", message="busy")
    error = {"message": "busy", "type": "server_error", "param": None, "code": "provider_refused"}
    assert (event_name(event), msgspec.json.decode(event_data(event))) == (None, {"error": error})


def test_a_stream_of_anthropics_fails_with_an_event_of_its_own():
    event = write_stream_error(Wire.MESSAGES, status=529, code="overloaded", message="busy", request_id="r")
    assert event_name(event) == b"error"
    assert ErrorResponse.model_validate_json(event_data(event)).request_id == "r"


def test_a_responses_stream_fails_with_a_numbered_event():
    event = write_stream_error(Wire.RESPONSES, status=502, code="c", message="busy", sequence_number=5)
    expected = ResponseErrorEvent(type="error", code="c", message="busy", param=None, sequence_number=5)
    assert (event_name(event), ResponseErrorEvent.model_validate_json(event_data(event))) == (b"error", expected)
