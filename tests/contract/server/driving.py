# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
"""The official SDKs under instrumentors of three makers, exporting by the official exporter. All of it synchronous."""

import importlib
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import anthropic
import openai
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

KEY = "sk-any"
QUESTION = "ping"
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}}
MODELS = """
[providers.anthropic]
base_url = "{url}"
wire = "anthropic"
api_key_env = "UP_KEY"

[models.claude]
model = "anthropic/test-model"

[models.vectors]
model = "up/test-model"
"""
"""Settings of a project whose models both SDKs can ask."""
_CONTENT = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


class Instrumentor(NamedTuple):
    """Where an instrumentor is found."""

    name: str
    module: str
    kind: str
    sdk: str


INSTRUMENTORS = (
    Instrumentor("otel-openai", "opentelemetry.instrumentation.genai.openai", "OpenAIInstrumentor", "openai"),
    Instrumentor(
        "otel-anthropic", "opentelemetry.instrumentation.genai.anthropic", "AnthropicInstrumentor", "anthropic"
    ),
    Instrumentor("openinference-openai", "openinference.instrumentation.openai", "OpenAIInstrumentor", "openai"),
    Instrumentor(
        "openinference-anthropic", "openinference.instrumentation.anthropic", "AnthropicInstrumentor", "anthropic"
    ),
    Instrumentor("openllmetry-openai", "opentelemetry.instrumentation.openai", "OpenAIInstrumentor", "openai"),
    Instrumentor(
        "openllmetry-anthropic", "opentelemetry.instrumentation.anthropic", "AnthropicInstrumentor", "anthropic"
    ),
)


def drive(instrumentor: Instrumentor, url: str, *, service: str) -> None:
    """Make every kind of call against the server at the address, and wait until their spans are exported."""
    with instrumented([instrumentor], url, service=service):
        if instrumentor.sdk == "openai":
            _drive_openai(openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0), service)
        else:
            _drive_anthropic(anthropic.Anthropic(base_url=url, api_key=KEY, max_retries=0))


@contextmanager
def instrumented(
    instrumentors: list[Instrumentor], url: str, *, service: str, content: str = "SPAN_ONLY", **more: Any
) -> Generator[TracerProvider]:
    """Have the SDKs traced, as a service of that name, while the block runs."""
    # Those of OpenTelemetry name a place; the others want content unless they are told not to.
    os.environ[_CONTENT] = content
    provider = TracerProvider(resource=Resource({"service.name": service}))
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{url}/v1/traces")))
    made = [getattr(importlib.import_module(one.module), one.kind)() for one in instrumentors]
    try:
        for one in made:
            one.instrument(tracer_provider=provider, skip_dep_check=True, **more)
        yield provider
    finally:
        for one in reversed(made):
            one.uninstrument()
        provider.shutdown()
        del os.environ[_CONTENT]


def _drive_openai(client: openai.OpenAI, service: str) -> None:
    said: list[Any] = [{"role": "system", "content": "be brief"}, {"role": "user", "content": QUESTION}]
    function: Any = {"type": "function", "function": {"name": "weather", "parameters": WEATHER}}
    client.chat.completions.create(model="fast", messages=said, temperature=0.5, max_tokens=50)
    list(
        client.chat.completions.create(model="fast", messages=said, stream=True, stream_options={"include_usage": True})
    )
    client.chat.completions.create(model="fast", messages=said, tools=[function])
    client.embeddings.create(model="vectors", input=[f"one of {service}", "two"])
    with suppress(openai.NotFoundError):
        client.chat.completions.create(model="nobody/knows", messages=said)
    client.close()


def _drive_anthropic(client: anthropic.Anthropic) -> None:
    said: list[Any] = [{"role": "user", "content": QUESTION}]
    tool: Any = {"name": "weather", "input_schema": WEATHER}
    client.messages.create(model="claude", max_tokens=50, system="be brief", messages=said)
    list(client.messages.create(model="claude", max_tokens=50, messages=said, stream=True))
    client.messages.create(model="claude", max_tokens=50, messages=said, tools=[tool])
    with suppress(anthropic.NotFoundError):
        client.messages.create(model="nobody/knows", max_tokens=50, messages=said)
    client.close()
