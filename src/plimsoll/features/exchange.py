"""Asking the model for an output: prompt, call, parse, and at most one retry that says what was wrong.

Called by the kinds. The deadline of the whole request belongs to the runner; prices and model names to the gateway.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from opentelemetry.trace import Tracer, get_current_span
from pydantic import BaseModel

from plimsoll.errors import InvalidFeature, InvalidRequest
from plimsoll.features.model_door import ModelDoor
from plimsoll.features.parse import Parsed, parse_output
from plimsoll.features.progress import Progress
from plimsoll.features.prompt import Prompt, render_prompt
from plimsoll.gateway import ChatReply, ChatRequest, Grounding, ReplyFacts
from plimsoll.records import Message, Passage, Principal

Out = TypeVar("Out", bound=BaseModel)

_MOST_SCHEMAS = 256
_LONGEST_REPEAT = 4_000


@dataclass(frozen=True, kw_only=True)
class Exchange(Generic[Out]):
    """One request's conversation with its model."""

    gateway: ModelDoor
    """Where the model is asked."""
    tracer: Tracer
    """Where spans begin."""
    prompt: Prompt
    """The loaded prompt."""
    model: str
    """The model's name, as the feature gives it."""
    output: type[Out]
    """What the reply must be."""
    caller: Principal
    """Who asks, and whose budget pays."""
    feature: str
    """The feature's name."""
    progress: Progress
    """Where calls are counted."""
    seconds_left: Callable[[], float]
    """How much of the request's deadline is left, in seconds, above zero."""

    async def ask(self, value: BaseModel, passages: tuple[Passage, ...] = (), *, question: str = "") -> Parsed[Out]:
        """Return the model's output for the input, after one retry at most.

        Raises UpstreamError, and InvalidFeature where the model cannot do what the feature asks.
        """
        messages = self._render(value, passages)
        grounding = Grounding(question=question, passages=passages) if passages else None
        reply = await self._chat(messages, grounding)
        parsed = self._parse(reply)
        if parsed.value is not None:
            return parsed
        get_current_span().add_event("retry", {"plimsoll.reason": parsed.problem})
        correction = _correction(reply.text, parsed.problem, output=self.output)
        return self._parse(await self._chat((*messages, *correction), grounding))

    def _render(self, value: BaseModel, passages: tuple[Passage, ...]) -> tuple[Message, ...]:
        with self.tracer.start_as_current_span(f"prompt {self.prompt.path}") as span:
            span.set_attributes({"plimsoll.kind": "prompt", "plimsoll.prompt_hash": self.prompt.sha256})
            return render_prompt(self.prompt, value=value, passages=passages)

    async def _chat(self, messages: tuple[Message, ...], grounding: Grounding | None) -> ChatReply:
        request = ChatRequest(
            model=self.model,
            messages=messages,
            temperature=self.prompt.settings.temperature,
            max_output_tokens=self.prompt.settings.max_output_tokens,
            response_schema=_schema_of(self.output),
            grounding=grounding,
            timeout_seconds=self.seconds_left(),
        )
        self.progress.is_waiting = True
        try:
            reply = await self.gateway.chat(
                request, caller=self.caller, feature=self.feature, accept=self._find_problem
            )
        except InvalidRequest as error:
            raise InvalidFeature(
                f"Model {self.model!r} cannot do what {self.prompt.path!r} asks: {error.message}",
                next_step=error.next_step,
            ) from error
        self.progress.count(reply)
        return reply

    def _find_problem(self, facts: ReplyFacts) -> str:
        """Say why an answer cannot be used, so that the gateway may ask a larger model."""
        parsed = parse_output(facts.text, self.output, was_cut_off=facts.finish_reason == "length")
        return "" if parsed.value is not None else parsed.problem

    def _parse(self, reply: ChatReply) -> Parsed[Out]:
        with self.tracer.start_as_current_span("parse") as span:
            span.set_attribute("plimsoll.kind", "parse")
            parsed = parse_output(reply.text, self.output, was_cut_off=reply.finish_reason == "length")
            if parsed.repaired:
                span.add_event("json_repaired", {"plimsoll.reason": parsed.repaired})
            if parsed.value is None:
                span.set_attribute("error.type", "unusable_answer")
                span.add_event("unusable_answer", {"plimsoll.reason": parsed.problem})
            return parsed


@lru_cache(maxsize=_MOST_SCHEMAS)
def _schema_of(model: type[BaseModel]) -> dict[str, object]:
    """Return the JSON Schema of a model, made once: it costs two milliseconds."""
    return model.model_json_schema()


def _correction(text: str, problem: str, *, output: type[BaseModel]) -> tuple[Message, Message]:
    schema = json.dumps(_schema_of(output), separators=(",", ":"))
    wanted = (
        f"Your reply could not be used: {problem}. Reply again, with one JSON object and no other text. "
        f"It must match this JSON Schema: {schema}"
    )
    said = text[:_LONGEST_REPEAT].strip() or "(nothing)"
    return Message(role="assistant", content=said), Message(role="user", content=wanted)
