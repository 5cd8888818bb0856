"""The payload of the comparison: chat spans with 20 attributes and 2 KB of messages, 512 a batch, as gzip protobuf.

Every tool gets the same bytes. The words are drawn anew for each span, so that neither gzip nor a database finds the
same text twice; the seed makes every run alike.
"""

import gzip
from collections.abc import Iterator

import msgspec
import numpy as np
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

BATCH = 512
SERVICE = "shop"
_BEGIN_NS = 1_790_000_000_000_000_000
_STEP_NS = 40_000_000
_WORDS, _SHORTEST = 6_000, 3
_QUESTION_CHARACTERS, _ANSWER_CHARACTERS = 1_200, 600
_MODELS = ("gpt-5-mini", "gpt-5", "claude-sonnet-5")


def make_batches(spans: int, *, in_trace: int, seed: int = 7) -> Iterator[bytes]:
    """Yield the request bodies for so many spans, `in_trace` of them to a trace: one root and its children."""
    maker = _Maker(np.random.default_rng(seed), in_trace)
    for begin in range(0, spans, BATCH):
        request = ExportTraceServiceRequest()
        resource = request.resource_spans.add()
        resource.resource.attributes.append(_text("service.name", SERVICE))
        scope = resource.scope_spans.add()
        scope.scope.name = "benchmark"
        scope.spans.extend(maker.span(number) for number in range(begin, min(begin + BATCH, spans)))
        yield gzip.compress(request.SerializeToString(), 6)


class _Maker:
    def __init__(self, source: np.random.Generator, in_trace: int) -> None:
        self._source = source
        self._in_trace = in_trace
        letters = np.array(list("etaoinshrdlucmfwypvbgkjqxz"))
        self._words: list[str] = ["".join(source.choice(letters, source.integers(2, 12))) for _ in range(_WORDS)]

    def span(self, number: int) -> Span:
        """Return the span of this number."""
        trace, place = divmod(number, self._in_trace)
        begin = _BEGIN_NS + number * _STEP_NS
        took = int(self._source.lognormal(0, 0.6) * 800_000_000)
        parent = b"" if place == 0 else _span_id(trace * self._in_trace)
        return Span(
            trace_id=(trace + 1).to_bytes(16),
            span_id=_span_id(number),
            parent_span_id=parent,
            name="chat gpt-5-mini",
            kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=begin,
            end_time_unix_nano=begin + took,
            attributes=self._attributes(number),
            status=Status(code=Status.STATUS_CODE_UNSET),
        )

    def _attributes(self, number: int) -> list[KeyValue]:
        model = _MODELS[number % 3]
        texts = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",
            "gen_ai.request.model": model,
            "gen_ai.response.model": f"{model}-2026-08-01",
            "gen_ai.response.id": f"chatcmpl-{number:012x}",
            "gen_ai.conversation.id": f"conversation-{number // 24}",
            "gen_ai.output.type": "text",
            "gen_ai.agent.name": "listing",
            "user.id": f"user-{number % 977}",
            "deployment.environment.name": "production",
            "server.address": "127.0.0.1",
            "gen_ai.input.messages": self._messages("user", _QUESTION_CHARACTERS),
            "gen_ai.output.messages": self._messages("assistant", _ANSWER_CHARACTERS),
        }
        counts = {
            "gen_ai.usage.input_tokens": int(self._source.integers(100, 900)),
            "gen_ai.usage.output_tokens": int(self._source.integers(20, 300)),
            "gen_ai.request.max_tokens": 1_024,
            "gen_ai.request.seed": 1,
            "server.port": 443,
        }
        rates = {"gen_ai.request.temperature": 0.2, "gen_ai.request.top_p": 0.95}
        return [
            *(_text(name, text) for name, text in texts.items()),
            *(KeyValue(key=name, value=AnyValue(int_value=count)) for name, count in counts.items()),
            *(KeyValue(key=name, value=AnyValue(double_value=rate)) for name, rate in rates.items()),
        ]

    def _messages(self, role: str, characters: int) -> str:
        drawn: list[int] = self._source.integers(0, _WORDS, characters // _SHORTEST).tolist()
        text = " ".join([self._words[number] for number in drawn])[:characters]
        message = {"role": role, "parts": [{"type": "text", "content": text}]}
        return msgspec.json.encode([message]).decode()


def _text(name: str, text: str) -> KeyValue:
    return KeyValue(key=name, value=AnyValue(string_value=text))


def _span_id(number: int) -> bytes:
    return (number + 1).to_bytes(8)
