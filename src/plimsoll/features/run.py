"""Runs features: one deadline, one trace and one `Result` for each request, whatever happens inside.

Made by the open project and bound as the `Runtime`. It decides nothing that the definition did not: kinds come to a
draft, `Failures` says what a failure becomes. Only what the project's owner must fix is raised.
"""

import asyncio
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import cast

import msgspec
import numpy as np
from numpy.typing import NDArray
from opentelemetry.context import Context
from opentelemetry.trace import Span, Tracer, get_current_span
from pydantic import BaseModel

from plimsoll.errors import (
    InvalidFeature,
    InvalidRequest,
    NotFound,
    PlimsollError,
    ProjectError,
    ProviderTimeout,
    unknown_name,
)
from plimsoll.features.acting import current_acting
from plimsoll.features.configuration import Configuration, describe_configuration
from plimsoll.features.definition import query_field
from plimsoll.features.draft import (
    Draft,
    draft_error,
    draft_timed_out,
    draft_unexpected,
    draft_wrong_input,
)
from plimsoll.features.exchange import Exchange
from plimsoll.features.feature import AnyFeature, Feature, In, Out
from plimsoll.features.finished import Finished, WhenFinished
from plimsoll.features.kinds.rag import Reading
from plimsoll.features.kinds.single import answer_single
from plimsoll.features.model_door import ModelDoor
from plimsoll.features.progress import Progress
from plimsoll.features.prompt import Prompt, load_prompt
from plimsoll.features.prompt_versions import PromptLog
from plimsoll.features.request_span import begin_request, break_request, cancel_request, end_request, keep_private
from plimsoll.features.result import Result
from plimsoll.features.retrieval import Retrieval, Retriever
from plimsoll.features.tally import add_to_tally
from plimsoll.knowledge import RetrievalPlan
from plimsoll.records import Clock, Principal

_MOST_PREPARED = 256
_LEAST_SECONDS = 0.001

_is_inside_feature: ContextVar[bool] = ContextVar("plimsoll_inside_feature", default=False)


class _Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A feature that was checked, with what its check loaded."""

    feature: object
    prompt: Prompt
    configuration: Configuration
    plan: RetrievalPlan


class FeatureRunner:
    """The `Runtime` of an open project."""

    def __init__(
        self,
        *,
        gateway: ModelDoor,
        retrievers: Mapping[str, Retriever],
        root: Path,
        tracer: Tracer,
        clock: Clock,
        prompts: PromptLog | None = None,
        when_finished: WhenFinished | None = None,
    ) -> None:
        """Take the parts; `retrievers` are the corpora by name, prompts are read relative to `root`."""
        self._when_finished = when_finished
        self._prompts = prompts
        self._gateway = gateway
        self._retrievers = retrievers
        self._root = root
        self._tracer = tracer
        self._clock = clock
        self._prepared: dict[str, _Prepared] = {}

    def check(self, feature: Feature[In, Out]) -> Configuration:
        """Load what the feature names and return what it runs with; raises InvalidFeature for what is missing."""
        return self._prepare(feature).configuration

    async def embed(self, texts: Sequence[str], *, model: str) -> NDArray[np.float32]:
        """Return a vector for each text, by an embedding model of the gateway. Raises as it does."""
        acts = current_acting()
        return (await self._gateway.embed(texts, model=model, caller=acts.payer if acts else None)).vectors

    def forget(self) -> None:
        """Forget what features were prepared with, since models or prompts may be others now."""
        self._prepared.clear()

    async def run(
        self,
        feature: Feature[In, Out],
        value: In,
        caller: Principal | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> Result[Out]:
        """Run the feature once; `tags` are attributes for the root of its trace. Raises ProjectError only."""
        acts = current_acting() if caller is None else None
        asker = caller or (acts.payer if acts else Principal.local())
        started = self._clock.monotonic()
        progress = Progress()
        with self._request_span(feature.name) as span:
            begin_request(span, feature=feature, value=value, caller=acts.about if acts else asker, tags=tags or {})
            if acts and acts.is_private:
                keep_private(span)
            try:
                draft = await self._draft(feature, value, caller=asker, progress=progress)
            except asyncio.CancelledError:
                progress.give_up()
                add_to_tally(cost_usd=progress.cost_usd, models=progress.models)
                cancel_request(span)
                raise
            except PlimsollError as error:
                break_request(span, error)
                raise
            elapsed_ms = (self._clock.monotonic() - started) * 1_000
            result = _dress(draft, progress, trace_id=_trace_id(span), latency_ms=elapsed_ms)
            add_to_tally(cost_usd=progress.cost_usd, models=progress.models)
            end_request(span, cast("Result[BaseModel]", result), cast("Draft[BaseModel]", draft))
        self._tell(feature, value, result, caller=asker, tags=tags or {})
        return result

    def _tell(
        self, feature: Feature[In, Out], value: In, result: Result[Out], *, caller: Principal, tags: Mapping[str, str]
    ) -> None:
        """Tell whoever looks at requests afterwards, where this one was asked for by itself."""
        if self._when_finished is None or feature.online is None or _is_inside_feature.get():
            return
        self._when_finished(
            Finished(
                feature=cast("AnyFeature", feature),
                value=value,
                result=cast("Result[BaseModel]", result),
                caller=caller,
                tags=tags,
            )
        )

    async def _draft(
        self, feature: Feature[In, Out], value: In, *, caller: Principal, progress: Progress
    ) -> Draft[Out]:
        if not isinstance(value, feature.input):
            kind = type(value).__name__
            return draft_wrong_input(f"{feature.name!r} takes a {feature.input.__name__}, not a {kind}.")
        try:
            async with asyncio.timeout(feature.timeout_seconds):
                return await self._answer(feature, value, caller=caller, progress=progress)
        except (TimeoutError, ProviderTimeout):
            progress.give_up()
            return draft_timed_out(feature.timeout_seconds, on=feature.on)
        except ProjectError:
            raise
        except PlimsollError as error:
            return draft_error(error, on=feature.on)
        except Exception as error:  # noqa: BLE001 - the request boundary: a defect becomes an outcome, and is recorded
            get_current_span().record_exception(error)
            return draft_unexpected(error)

    async def _answer(
        self, feature: Feature[In, Out], value: In, *, caller: Principal, progress: Progress
    ) -> Draft[Out]:
        prepared = self._prepare(feature)
        progress.config_hash = prepared.configuration.config_hash
        span = get_current_span()
        span.set_attribute("plimsoll.config_hash", prepared.configuration.config_hash)
        span.set_attribute("plimsoll.prompt_hash", prepared.configuration.prompt_hash)
        exchange = Exchange(
            gateway=self._gateway,
            tracer=self._tracer,
            prompt=prepared.prompt,
            model=feature.model,
            output=feature.output,
            caller=caller,
            feature=feature.name,
            progress=progress,
            seconds_left=self._countdown(feature.timeout_seconds),
        )
        if feature.retrieval is None:
            return await answer_single(exchange, value=value, on=feature.on)
        reading = Reading(
            exchange=exchange,
            retriever=self._retriever(feature.name, feature.retrieval),
            plan=prepared.plan,
            conversation_field=feature.retrieval.conversation,
            query_field=query_field(feature.name, model=feature.input, retrieval=feature.retrieval),
            on=feature.on,
            tracer=self._tracer,
        )
        return await reading.answer(value, caller)

    def _prepare(self, feature: Feature[In, Out]) -> _Prepared:
        known = self._prepared.get(feature.name)
        if known is not None and known.feature is feature:
            return known
        plan = self._compile(feature)
        prompt = load_prompt(self._root, feature.prompt, model=feature.input)
        if self._prompts is not None:
            self._prompts.note(prompt)
        try:
            target = self._gateway.resolve(feature.model)
        except NotFound as error:
            raise InvalidFeature(f"Feature {feature.name!r}: {error.message}", next_step=error.next_step) from error
        retriever = self._retriever(feature.name, feature.retrieval) if feature.retrieval else None
        configuration = describe_configuration(
            feature, prompt=prompt, target=target, plan=plan, constants=retriever.constants if retriever else {}
        )
        prepared = _Prepared(feature=feature, prompt=prompt, configuration=configuration, plan=plan)
        if len(self._prepared) >= _MOST_PREPARED:
            self._prepared.clear()
        self._prepared[feature.name] = prepared
        return prepared

    def _compile(self, feature: Feature[In, Out]) -> RetrievalPlan:
        """Return how the feature retrieves, once for all its requests."""
        if feature.retrieval is None:
            return RetrievalPlan()
        retriever = self._retriever(feature.name, feature.retrieval)
        try:
            return feature.retrieval.compile(retriever.plan, leave_out_stale=not feature.on.answers_from_stale)
        except InvalidRequest as error:
            raise InvalidFeature(f"Feature {feature.name!r}: {error.message}", next_step=error.next_step) from error

    def _retriever(self, name: str, retrieval: Retrieval) -> Retriever:
        retriever = self._retrievers.get(retrieval.corpus)
        if retriever is None:
            raise InvalidFeature(
                f"Feature {name!r}: {unknown_name('corpus', retrieval.corpus, self._retrievers)}",
                next_step=f"Add [knowledge.{retrieval.corpus}] to plimsoll.toml, or name another.",
            )
        return retriever

    def _countdown(self, seconds: float) -> Callable[[], float]:
        ends = self._clock.monotonic() + seconds
        return lambda: max(_LEAST_SECONDS, ends - self._clock.monotonic())

    @contextmanager
    def _request_span(self, name: str) -> Generator[Span, None, None]:
        """Begin a trace of its own, or a step of the feature that called this one.

        A span that the surrounding program opened with another provider is no parent: its trace is not in our store.
        """
        parent = None if _is_inside_feature.get() else Context()
        before = _is_inside_feature.set(True)
        try:
            with self._tracer.start_as_current_span(
                f"feature {name}", context=parent, record_exception=False, set_status_on_exception=False
            ) as span:
                yield span
        finally:
            _is_inside_feature.reset(before)


def _dress(draft: Draft[Out], progress: Progress, *, trace_id: str, latency_ms: float) -> Result[Out]:
    return Result(
        outcome=draft.outcome,
        value=draft.value,
        citations=draft.citations,
        passages=progress.passages,
        trace_id=trace_id,
        cost_usd=progress.cost_usd,
        latency_ms=latency_ms,
        usage=progress.usage,
        error_class=draft.error_class,
        message=draft.message,
        finding=progress.finding,
        degraded=progress.degraded,
        warnings=draft.warnings,
        config_hash=progress.config_hash,
    )


def _trace_id(span: Span) -> str:
    return f"{span.get_span_context().trace_id:032x}"
