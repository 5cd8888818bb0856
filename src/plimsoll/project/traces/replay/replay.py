"""Run a stored request of a feature again, and put the result beside it. Called by `ProjectTraces`.

A replay is evaluation traffic: it stands in the dataset `replay`, names the trace that it repeats, and is nobody's live
request. It stays the data of whoever asked first, so that it is shown to and erased with them.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict

import msgspec

from plimsoll.errors import InvalidRequest, NotFound, NotRecorded, one_of
from plimsoll.features import AnyFeature, FeatureRunner, ModelDoor, Retriever, acting, find_feature
from plimsoll.project.parts import Parts
from plimsoll.project.traces.replay.recorded import Missing, RecordedModels, RecordedRetriever
from plimsoll.project.traces.replay.recording import Recording, read_input, read_recording
from plimsoll.records import Principal, Span
from plimsoll.traces import Trace, TraceSummary

REPLAY = "replay"
"""The dataset in which replays stand."""
_CHANGES = ("model", "prompt")


class ReplayAsked(msgspec.Struct, frozen=True, kw_only=True):
    """How a request is to be replayed."""

    model: str = ""
    """A model in place of the feature's."""
    prompt: str = ""
    """A prompt's file in place of the feature's."""
    variant: str = ""
    """Both in one, as traces name variants: `model=strong, prompt=prompts/b.md`."""
    is_live: bool = False
    """Whether models and corpora are asked anew; else what was recorded is taken."""
    missing: Literal["stop", "live"] = "stop"
    """What becomes of a call that the recording does not hold."""


class StepChange(msgspec.Struct, frozen=True, kw_only=True):
    """One step in both requests."""

    name: str
    """The step."""
    first_ms: float | None
    """How long it took then; None where it was not taken."""
    second_ms: float | None
    """How long it took now."""
    served: str
    """`recorded`, `live`, or empty for what runs here."""


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its repetition."""

    original: TraceSummary
    """The request."""
    replayed: TraceSummary
    """Its repetition, a trace of its own."""
    variant: str
    """What was changed of the feature's definition; empty for nothing."""
    mode: Literal["recorded", "live"]
    """Where answers came from."""
    went_live: tuple[str, ...]
    """Calls that the recording did not hold and that were made live."""
    cost_usd: float | None
    """What the repetition costs at these tokens; recorded answers were not paid for again. None: unknown."""
    is_same_output: bool
    """Whether both say the same."""
    steps: tuple[StepChange, ...]
    """The steps of both, in order."""


async def replay_trace(parts: Parts, where: "Where", *, trace_id: str, asked: ReplayAsked, caller: Principal) -> Replay:
    """Run the request again. Raises NotFound, InvalidRequest, and NotRecorded for what the trace does not hold."""
    await parts.capture.flush()
    trace = await parts.traces.get(trace_id, tenant=caller.tenant)
    if not trace.summary.is_for(caller):
        raise NotFound(f"There is no trace {trace_id!r}.", next_step="`plimsoll traces` lists them.")
    changes = _read_changes(asked)
    varied = dataclasses.replace(_find_feature(where.features, trace), **changes)
    parts.runner.check(varied)
    value = varied.parse_input(read_input(trace))
    missing = Missing(goes_live=asked.missing == "live")
    runner = parts.runner
    if not asked.is_live:
        recorded = _record(read_recording(trace), parts, varied, missing=missing, own_model="model" not in changes)
        runner = FeatureRunner(**recorded, root=where.folder, tracer=parts.capture.tracer, clock=parts.clock)
    about = Principal(id=trace.summary.subject or caller.id, tenant=caller.tenant)
    with acting(caller, about=about, is_private=trace.summary.is_closed):
        result = await runner.run(varied, value, tags=_tags(trace, changes))
    if missing.calls and not missing.goes_live:
        raise NotRecorded(result.message)
    await parts.capture.flush()
    again = await parts.traces.get(result.trace_id)
    return Replay(
        original=trace.summary,
        replayed=again.summary,
        variant=_name(changes),
        mode="live" if asked.is_live else "recorded",
        went_live=tuple(missing.calls),
        cost_usd=result.cost_usd,
        is_same_output=trace.summary.output_text == again.summary.output_text,
        steps=tuple(_pair(trace.spans, again.spans)),
    )


class Where(NamedTuple):
    """The project that replays."""

    features: Mapping[str, AnyFeature]
    """Its features."""
    folder: Path
    """Its folder."""


class _Recorded(TypedDict):
    gateway: ModelDoor
    retrievers: Mapping[str, Retriever]


def _record(recording: Recording, parts: Parts, feature: AnyFeature, *, missing: Missing, own_model: bool) -> _Recorded:
    """Return what answers in place of models and corpora."""
    tracer = parts.capture.tracer
    models = RecordedModels(recording.calls, live=parts.gateway, tracer=tracer, missing=missing, is_own_model=own_model)
    retrievers: dict[str, Retriever] = {}
    if feature.retrieval is not None:
        name = feature.retrieval.corpus
        own = [one for one in recording.retrievals if one.corpus == name]
        live = parts.corpora.retrievers()[name]
        retrievers[name] = RecordedRetriever(own, live=live, tracer=tracer, missing=missing)
    return _Recorded(gateway=models, retrievers=retrievers)


def _read_changes(asked: ReplayAsked) -> dict[str, str]:
    """Return the fields of the definition that are changed. Raises InvalidRequest for a variant that says no such."""
    changes: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in asked.variant.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in _CHANGES or not value:
            raise InvalidRequest(
                f"{part!r} is no change of a feature: those are {one_of(_CHANGES)}.",
                next_step="Write e.g. `--variant 'model=strong, prompt=prompts/b.md'`.",
            )
        changes[name] = value
    given = {"model": asked.model, "prompt": asked.prompt}
    return changes | {name: value for name, value in given.items() if value}


def _find_feature(features: Mapping[str, AnyFeature], trace: Trace) -> AnyFeature:
    if trace.summary.feature is None or trace.summary.kind not in {None, "request"}:
        raise InvalidRequest(
            f"The trace {trace.summary.trace_id[:12]} is no request to a feature, and only those are replayed.",
            next_step="`plimsoll traces --feature NAME` lists a feature's.",
        )
    return find_feature(features, trace.summary.feature)


def _tags(trace: Trace, changes: Mapping[str, str]) -> dict[str, str]:
    variant = {"plimsoll.variant": _name(changes)} if changes else {}
    return {"plimsoll.dataset": REPLAY, "plimsoll.replay_of": trace.summary.trace_id, **variant}


def _name(changes: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={changes[name]}" for name in _CHANGES if name in changes)


def _pair(first: Sequence[Span], second: Sequence[Span]) -> Iterator[StepChange]:
    """Yield the steps of both, each with the first of its kind and name that is not paired yet."""
    left = list(second)
    for span in first:
        same = next((one for one in left if _key(one) == _key(span)), None)
        if same is not None:
            left.remove(same)
        yield _change(span, same)
    for span in left:
        yield _change(None, span)


def _change(first: Span | None, second: Span | None) -> StepChange:
    shown = second or first
    assert shown is not None  # noqa: S101 - each pair has a step
    is_external = shown.attributes.get("plimsoll.kind") in {"model", "retrieval", "tool"}
    return StepChange(
        name=shown.name,
        first_ms=first.duration_ms if first else None,
        second_ms=second.duration_ms if second else None,
        served=str(shown.attributes.get("plimsoll.served", "live")) if is_external and second else "",
    )


def _key(span: Span) -> tuple[str, str]:
    kind = str(span.attributes.get("plimsoll.kind", ""))
    return kind, "" if kind in {"model", "prompt"} else span.name
