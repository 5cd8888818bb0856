"""From log records to scores and messages: what evaluations found, and what was said where that is not in the spans.

A message cannot be written into its span, which may have been stored already or be still to come. It becomes a step of
no length below it, whose id follows from what it says: sent twice, it is stored once.
"""

import hashlib
from collections import Counter
from collections.abc import Container
from datetime import UTC, datetime, timedelta

import msgspec

from plimsoll.records import Attribute, Score, ScoreSource, Span
from plimsoll.traces.otlp.dialects.older import CHOICE, MESSAGE_EVENTS, read_event
from plimsoll.traces.otlp.dialects.rewriting import Json, read_object, write
from plimsoll.traces.otlp.mapping import Sender, read_sender
from plimsoll.traces.otlp.sent import SentLog, SentLogs
from plimsoll.traces.otlp.spans import LATEST_NS, Reply, is_span_id, is_trace_id, refuse_foreign, word_faults

EVALUATION = "gen_ai.evaluation.result"
"""The event that is a score."""
DETAILS = "gen_ai.client.inference.operation.details"
"""The event that holds the content of a call."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PASSED = {"pass": True, "passed": True, "true": True, "fail": False, "failed": False, "false": False}
_IN, _OUT = "gen_ai.input.messages", "gen_ai.output.messages"
_LONGEST_SHOWN = 60
_ENCODED_BYTES = 8
_SCORE_ID_BYTES = 16
_WHAT = "log record"
_KEPT = MESSAGE_EVENTS | {EVALUATION, DETAILS}


class ReceivedLogs(Reply, frozen=True, kw_only=True):
    """What a request held."""

    scores: tuple[Score, ...]
    """What evaluations found."""
    score_ids: tuple[str, ...]
    """The ids of these: the same for the same record, however often it is sent."""
    spans: tuple[Span, ...]
    """What was said, as steps below the spans that said it."""
    records: dict[str, int]
    """How many records each of these steps was made of, by its id."""


class _Said(msgspec.Struct):
    """The messages of one span, as far as this request has them."""

    at_ns: int
    sender: Sender
    read: list[dict[str, Json]]
    written: list[dict[str, Json]]
    attributes: dict[str, Attribute]
    records: int = 0


def receive_logs(groups: list[SentLogs], *, tenant: str) -> ReceivedLogs:
    """Return what a tenant's request holds; records that are neither evaluation nor message are counted."""
    scores: dict[str, Score] = {}
    said: dict[tuple[str, str], _Said] = {}
    faults: Counter[str] = Counter()
    for group in groups:
        sender = read_sender(group.resource, scope=group.scope, tenant=tenant)
        for log in group.logs:
            fault = _take(log, sender, scores=scores, said=said)
            if fault:
                faults[fault] += 1
    steps = [(_make_step(trace_id, span_id, one), one.records) for (trace_id, span_id), one in said.items()]
    return ReceivedLogs(
        scores=tuple(scores.values()),
        score_ids=tuple(scores),
        spans=tuple(step for step, _ in steps),
        records={step.span_id: count for step, count in steps},
        refused=faults.total(),
        reasons=word_faults(faults, _WHAT),
    )


def leave_out_logs(received: ReceivedLogs, foreign: frozenset[str]) -> ReceivedLogs:
    """Return what is left when what belongs to these traces, which are another tenant's, is not kept."""
    named = zip(received.score_ids, received.scores, strict=True)
    kept = {score_id: score for score_id, score in named if score.trace_id not in foreign}
    spans = tuple(span for span in received.spans if span.trace_id not in foreign)
    dropped = sum(received.records.values()) - sum(received.records[span.span_id] for span in spans)
    count = len(received.scores) - len(kept) + dropped
    return refuse_foreign(received, count, what=_WHAT, scores=tuple(kept.values()), score_ids=tuple(kept), spans=spans)


def _take(log: SentLog, sender: Sender, *, scores: dict[str, Score], said: dict[tuple[str, str], _Said]) -> str:
    """Keep a record; return why it cannot be kept, or nothing."""
    name = log.name or str(log.attributes.get("event.name", ""))
    if name not in _KEPT:
        return f"an event that is not kept ({name[:_LONGEST_SHOWN]!r})" if name else "no name of an event"
    if not is_trace_id(log.trace_id):
        return "no trace that it belongs to"
    if name == EVALUATION:
        return _take_score(log, sender, scores)
    if not is_span_id(log.span_id) or not 0 < log.at_ns <= LATEST_NS:
        return "no span or no time of its message"
    key = (log.trace_id, log.span_id)
    if key not in said:
        said[key] = _Said(at_ns=log.at_ns, sender=sender, read=[], written=[], attributes={})
    _take_message(log, name, said[key])
    return ""


def _take_score(log: SentLog, sender: Sender, scores: dict[str, Score]) -> str:
    found = log.attributes
    name, value = found.get("gen_ai.evaluation.name"), found.get("gen_ai.evaluation.score.value")
    label = str(found.get("gen_ai.evaluation.score.label", ""))
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(name, str) or not name:
        return "no name of its evaluation"
    if number is None and not label:
        return "neither a value nor a label of its score"
    at = _EPOCH + timedelta(microseconds=log.at_ns // 1_000) if 0 < log.at_ns <= LATEST_NS else None
    score = Score(
        name=name,
        value=number,
        passed=_PASSED.get(label.lower()),
        label=label,
        # The convention does not say whether a function, a model or a person judged.
        source=ScoreSource.EXTERNAL,
        by=str(sender.common.get("plimsoll.service") or sender.common.get("otel.scope.name", "")),
        trace_id=log.trace_id,
        reason=str(found.get("gen_ai.evaluation.explanation", "")),
        at=at,
    )
    scores[_name_score(score, log, tenant=sender.tenant, known=scores)] = score
    return ""


def _name_score(score: Score, log: SentLog, *, tenant: str, known: Container[str]) -> str:
    """Return an id that follows from what was sent, so that a request that is sent again adds nothing.

    Records of one request that say the same are two scores. The tenant is part of it: nobody can take another's place.
    """
    said = (tenant, log.span_id, log.at_ns, score)
    ordinal = 0
    while (name := _digest((*said, ordinal))) in known:
        ordinal += 1
    return name


def _digest(said: tuple[object, ...]) -> str:
    return hashlib.blake2b(msgspec.json.encode(said), digest_size=_SCORE_ID_BYTES).hexdigest()


def _take_message(log: SentLog, name: str, said: _Said) -> None:
    said.at_ns = min(said.at_ns, log.at_ns)
    said.records += 1
    if name == DETAILS:
        said.attributes |= {key: value for key, value in log.attributes.items() if value not in ("", [])}
        return
    fields: dict[str, Json] = {**log.attributes, **read_object(log.body)}
    if isinstance(log.body, str) and not read_object(log.body):
        fields["content"] = log.body
    (said.written if name == CHOICE else said.read).append(read_event(name, fields))


def _make_step(trace_id: str, span_id: str, said: _Said) -> Span:
    content = {
        "plimsoll.input": said.attributes.pop(_IN, None) or (write(said.read) if said.read else None),
        "plimsoll.output": said.attributes.pop(_OUT, None) or (write(said.written) if said.written else None),
    }
    # The call counts its tokens itself; here they would be counted once more.
    kept = {name: value for name, value in said.attributes.items() if not name.startswith("gen_ai.")}
    attributes: dict[str, Attribute] = {**kept, **said.sender.common}
    attributes |= {name: value if isinstance(value, str) else write(value) for name, value in content.items() if value}
    attributes |= {"plimsoll.kind": "messages", "plimsoll.tenant": said.sender.tenant}
    digest = hashlib.blake2b(f"{trace_id}{span_id}{said.at_ns}{write(content)}".encode(), digest_size=_ENCODED_BYTES)
    return Span(
        trace_id=trace_id,
        span_id=digest.hexdigest(),
        parent_id=span_id,
        name="messages",
        start_ns=said.at_ns,
        end_ns=said.at_ns,
        attributes=attributes,
    )
