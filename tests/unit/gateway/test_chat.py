from plimsoll.gateway.chat import is_strict


def test_only_closed_schemas_that_require_everything_are_strict():
    closed: dict[str, object] = {
        "type": "object",
        "properties": {"a": {}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert is_strict({"anyOf": [closed, {"type": "string"}]})
    assert not is_strict({"$defs": {"x": {**closed, "required": []}}})
    assert not is_strict({**closed, "additionalProperties": True})
