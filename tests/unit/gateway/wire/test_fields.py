import msgspec
import pytest

from plimsoll.errors import InvalidRequest
from plimsoll.gateway.wire import ask_for_usage, fields_of, is_usage_only, plain_fields, write_event


def test_fields_keep_their_bytes():
    assert fields_of(b'{"model": "fast", "x": [1,  2]}') == {
        "model": msgspec.Raw(b'"fast"'),
        "x": msgspec.Raw(b"[1,  2]"),
    }


@pytest.mark.parametrize("body", [b"", b"[1]", b'"a"', b"{", b'{"a": ' + b"[" * 5000])
def test_a_body_that_is_no_object_is_refused(body: bytes):
    with pytest.raises(InvalidRequest, match="not a JSON object"):
        fields_of(body)


def test_a_body_that_is_not_utf_8_is_refused():
    with pytest.raises(InvalidRequest, match="utf-8"):
        fields_of(b'{"a": "\xff"}')
    assert fields_of('{"a": "é"}'.encode()) == {"a": msgspec.Raw('"é"'.encode())}


@pytest.mark.parametrize("value", [b"1e400", b"9" * 5000, b"[" * 5000, b'"\\ud800"'])
def test_a_value_that_cannot_be_read_is_refused_by_name(value: bytes):
    with pytest.raises(InvalidRequest, match="'bad' cannot be read"):
        plain_fields({"good": msgspec.Raw(b"1"), "bad": msgspec.Raw(value)})
    assert plain_fields({"good": msgspec.Raw(b"[1]")}) == {"good": [1]}


def test_usage_is_asked_for_where_the_caller_did_not():
    asked = ask_for_usage(fields_of(b'{"stream": true, "stream_options": {"include_obfuscation": false}}'))
    assert not asked.by_caller
    assert msgspec.json.decode(asked.fields["stream_options"]) == {"include_obfuscation": False, "include_usage": True}


@pytest.mark.parametrize("options", [b"null", b"{}", b'{"include_usage": false}'])
def test_no_answer_to_whether_usage_is_wanted_is_a_no(options: bytes):
    asked = ask_for_usage({"stream_options": msgspec.Raw(options)})
    assert (asked.by_caller, asked.fields) == (False, {"stream_options": msgspec.Raw(b'{"include_usage":true}')})


def test_a_caller_who_asked_gets_their_fields_back():
    fields = fields_of(b'{"stream_options": {"include_usage": true}}')
    asked = ask_for_usage(fields)
    assert (asked.by_caller, asked.fields) == (True, fields)


def test_stream_options_of_another_kind_are_refused():
    with pytest.raises(InvalidRequest, match="`stream_options` is not an object"):
        ask_for_usage({"stream_options": msgspec.Raw(b"3")})


CHUNKS: list[tuple[dict[str, object], bool]] = [
    ({"choices": [], "usage": {"prompt_tokens": 1}}, True),
    ({"choices": [], "usage": None}, False),
    ({"choices": [], "prompt_filter_results": []}, False),
    ({"choices": [{"delta": {"content": '"choices":[]'}}], "usage": {"prompt_tokens": 1}}, False),
    ({"choices": [{"delta": {}}], "usage": {"prompt_tokens": 1}}, False),
]


@pytest.mark.parametrize(("chunk", "expected"), CHUNKS)
def test_only_a_chunk_without_choices_and_with_usage_is_withheld(chunk: dict[str, object], *, expected: bool):
    assert is_usage_only(write_event(chunk)) is expected


def test_a_broken_chunk_is_passed_on():
    assert not is_usage_only(b'data: {"choices":[]\n\n')
