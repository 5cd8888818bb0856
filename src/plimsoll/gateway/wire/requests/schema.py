"""What providers demand of a JSON Schema before they hold a model to it. Pure."""

from typing import cast


def close_objects(schema: object) -> object:
    """Return the schema with objects closed that name their properties and say nothing of others.

    Anthropic refuses open objects; its own SDK closes them too.
    """
    if isinstance(schema, list):
        return [close_objects(part) for part in cast("list[object]", schema)]
    if not isinstance(schema, dict):
        return schema
    closed = {name: close_objects(part) for name, part in cast("dict[str, object]", schema).items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed
