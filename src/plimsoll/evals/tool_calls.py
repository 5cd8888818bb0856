"""The calls of tools that a trace records, as `tool_trajectory` reads them. Pure.

Called by whoever scores traces: of agents that other frameworks run, and that report by the conventions for GenAI.
"""

import json
from collections.abc import Sequence
from typing import cast

from plimsoll.line import ToolCall
from plimsoll.records import Span

_NAME, _ARGUMENTS, _OPERATION = "gen_ai.tool.name", "gen_ai.tool.call.arguments", "gen_ai.operation.name"


def tool_calls_of(spans: Sequence[Span]) -> tuple[ToolCall, ...]:
    """Return the calls of the spans that executed a tool, by beginning; arguments that are no JSON object are none."""
    called = [one for one in spans if one.attributes.get(_OPERATION, "execute_tool") == "execute_tool"]
    named = [one for one in sorted(called, key=lambda one: one.start_ns) if one.attributes.get(_NAME)]
    return tuple(
        ToolCall(name=str(one.attributes[_NAME]), arguments=_read(one.attributes.get(_ARGUMENTS))) for one in named
    )


def _read(value: object) -> dict[str, object]:
    if not isinstance(value, str):
        return {}
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}
