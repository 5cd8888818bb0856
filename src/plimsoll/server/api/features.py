"""The features of the project as HTTP calls. An expected failure is a 200 with its `outcome`, never an HTTP error."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from plimsoll.features import AnyFeature
from plimsoll.server.auth import require
from plimsoll.server.body import read_object
from plimsoll.server.reply import render_json
from plimsoll.server.session_header import SESSION_HEADER, read_session_header
from plimsoll.server.state import state_of


class FeatureCard(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller needs to know to call a feature."""

    name: str
    """Its name: `POST /v1/features/{name}`."""
    kind: str
    """`single` or `rag`."""
    model: str
    """The model alias it uses."""
    input_schema: dict[str, object]
    """JSON Schema of what goes in."""
    output_schema: dict[str, object]
    """JSON Schema of `value`."""
    line: tuple[str, ...]
    """The bars of its line, in words."""


async def list_features(request: Request) -> Response:
    """`GET /v1/features`: what can be called, with its schemas."""
    require(request, "ask")
    return render_json({"features": [describe_feature(one) for one in state_of(request).project.features.values()]})


async def run_feature(request: Request) -> Response:
    """`POST /v1/features/{name}`: run it on a JSON object of its input; `x-plimsoll-session` names the conversation."""
    caller = require(request, "ask")
    payload = await read_object(request)
    session = read_session_header(dict(request.headers.raw).get(SESSION_HEADER.encode(), b""))
    name: str = request.path_params["name"]
    result = await state_of(request).project.run_feature(name, payload, caller=caller, session=session)
    return render_json(result.to_json())


def describe_feature(feature: AnyFeature) -> FeatureCard:
    """Return the feature's card."""
    return FeatureCard(
        name=feature.name,
        kind=feature.kind,
        model=feature.model,
        input_schema=feature.input.model_json_schema(),
        output_schema=feature.output.model_json_schema(),
        line=tuple(bar.describe() for bar in feature.line.bars) if feature.line else (),
    )
