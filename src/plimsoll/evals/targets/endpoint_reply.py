"""What an endpoint's reply means: status and body to a sample, or to whose fault it is that there is none. Pure."""

from typing import cast

import msgspec

from plimsoll.errors import InvalidSettings
from plimsoll.evals.target import Reply, fail_case, refuse_input
from plimsoll.evals.targets.endpoint import Endpoint
from plimsoll.evals.targets.function_target import read_output
from plimsoll.line import Sample
from plimsoll.records import Case, Citation, ErrorClass, Outcome, Passage

_REFUSES_INPUT = frozenset({400, 413, 422})
_AWAY = frozenset({408, 429, 502, 503, 504})
_CLIENT_ERRORS = range(300, 500)
_GOOD = range(200, 300)
_ABSENT = object()


class EndpointReply(msgspec.Struct, frozen=True, kw_only=True):
    """What came back."""

    status: int
    """The HTTP status."""
    body: bytes
    """The body."""
    latency_ms: float
    """How long the request took that it answers; earlier ones and waits are left out."""


def read_endpoint_reply(endpoint: Endpoint, case: Case, said: EndpointReply) -> Reply:
    """Return the reply as a run reads it.

    400, 413 and 422 refuse the input; 408, 429, 502, 503 and 504 are infrastructure; other server errors and a body
    that is not as declared are failures. Raises InvalidSettings for a status that every case would meet alike.
    """
    if said.status in _REFUSES_INPUT:
        return refuse_input(case, f"The endpoint refused the input ({said.status}).")
    if said.status in _CLIENT_ERRORS and said.status not in _AWAY:
        raise InvalidSettings(
            f"{endpoint.url} answered {said.status}, and would to every case.",
            next_step="Check its address, its method and its secret_headers.",
        )
    if said.status not in _GOOD:
        fault = ErrorClass.INFRASTRUCTURE if said.status in _AWAY else ErrorClass.MODEL
        return fail_case(case, fault, message=f"The endpoint answered {said.status}.", latency_ms=said.latency_ms)
    try:
        return Reply(sample=_sample(endpoint, case, said))
    except (msgspec.DecodeError, UnicodeDecodeError):
        message = "The reply is not JSON."
    except (LookupError, TypeError, ValueError) as error:
        message = f"The reply is not as declared: {error}."
    return fail_case(case, ErrorClass.MODEL, message=message, latency_ms=said.latency_ms)


def write_body(endpoint: Endpoint, case: Case) -> bytes:
    """Return the body of the request for a case."""
    if not endpoint.input:
        return msgspec.json.encode({**endpoint.body, **case.input})
    body: dict[str, object] = dict(endpoint.body)
    place = body
    *outer, last = endpoint.input.split(".")
    for name in outer:
        inner = place.get(name)
        place[name] = dict(cast("dict[str, object]", inner)) if isinstance(inner, dict) else {}
        place = cast("dict[str, object]", place[name])
    place[last] = case.input
    return msgspec.json.encode(body)


def _sample(endpoint: Endpoint, case: Case, said: EndpointReply) -> Sample:
    body = cast("object", msgspec.json.decode(said.body))
    output = read_output(_find(body, endpoint.output))
    cost = _find(body, endpoint.cost_usd) if endpoint.cost_usd else None
    if cost is not None and (isinstance(cost, bool) or not isinstance(cost, int | float)):
        raise TypeError(f"the cost {cost!r} is no number")
    passages = tuple(_passage(*numbered) for numbered in enumerate(_list(body, endpoint.passages), 1))
    return Sample(
        input=case.input,
        output=output,
        outcome=Outcome.ABSTAINED if output is None else Outcome.ANSWERED,
        citations=tuple(_citation(one, passages) for one in _list(body, endpoint.citations)),
        passages=passages,
        latency_ms=said.latency_ms,
        cost_usd=None if cost is None else float(cost),
    )


def _find(body: object, path: str) -> object:
    found = body
    for name in path.split(".") if path else ():
        found = _fields(found).get(name, _ABSENT)
        if found is _ABSENT:
            raise LookupError(f"it has no {path!r}")
    return found


def _fields(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


def _list(body: object, path: str) -> list[object]:
    if not path:
        return []
    found = _find(body, path)
    if not isinstance(found, list):
        raise TypeError(f"{path!r} is no list")
    return cast("list[object]", found)


def _texts(one: object, name: str) -> tuple[str, str]:
    """Return the text and the source of a passage or a quotation."""
    if isinstance(one, str):
        return one, ""
    fields = _fields(one)
    text, source = fields.get(name), fields.get("source", "")
    if not isinstance(text, str) or not isinstance(source, str):
        raise TypeError(f"{one!r} is no text and has no {name!r}")
    return text, source


def _passage(number: int, one: object) -> Passage:
    text, source = _texts(one, "text")
    return Passage(chunk_id=str(number), document_id=source, source=source, title=source, text=text)


def _citation(one: object, passages: tuple[Passage, ...]) -> Citation:
    """Return the quotation, found in the first passage that holds it; without one its chunk is `?`."""
    quote, source = _texts(one, "quote")
    held = next((each for each in passages if quote in each.text and source in ("", each.source)), None)
    start = held.text.index(quote) if held else 0
    where = held.source if held else source
    return Citation(
        chunk_id=held.chunk_id if held else "?",
        document_id=where,
        source=where,
        title=where,
        start=start,
        end=start + len(quote),
        quote=quote,
    )
