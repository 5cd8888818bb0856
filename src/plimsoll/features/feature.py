"""A feature: what goes in, what comes out, by which prompt and model, and what happens when it fails.

Written by the project's owner in `features/*.py`; called like a function wherever a project is open.
It does nothing by itself: a `Runtime`, bound by the open project, runs it.
"""

import asyncio
import concurrent.futures
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field
from typing import ClassVar, Generic, Literal, Protocol, TypeVar, cast

from pydantic import BaseModel, ValidationError

from plimsoll.errors import InvalidFeature, InvalidRequest, NotFound, Overloaded, one_of, unknown_name
from plimsoll.features.binding import Binding, bound, current_binding
from plimsoll.features.definition import (
    check_bounds,
    check_conversation,
    check_models,
    check_name,
    check_quotes,
    query_field,
)
from plimsoll.features.failures import Failures
from plimsoll.features.problem import describe_problems
from plimsoll.features.result import Result
from plimsoll.features.retrieval import Retrieval
from plimsoll.features.sampling import Sampling
from plimsoll.line import Line
from plimsoll.records import Principal

In = TypeVar("In", bound=BaseModel)
Out = TypeVar("Out", bound=BaseModel)

_GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Feature(Generic[In, Out]):
    """The definition of one AI feature."""

    name: str
    """Stable name, lower_snake_case; unique within the project."""
    _: KW_ONLY
    input: type[In]
    """Pydantic model of what goes in."""
    output: type[Out]
    """Pydantic model of what comes out."""
    prompt: str
    """Path of the prompt's Markdown file, relative to the project."""
    model: str = "default"
    """Name of a model in `plimsoll.toml`, or `provider/model`."""
    retrieval: Retrieval | None = None
    """The documents it answers from; None for a feature of one model call."""
    dataset: str | None = None
    """Name of the dataset that it is evaluated on."""
    on: Failures = field(default_factory=Failures)
    """What it does when something goes wrong."""
    line: Line | None = None
    """The bars that it must clear; None when none are drawn yet."""
    online: Sampling | None = None
    """Which of its live requests are judged after they were answered; None: none is."""
    timeout_seconds: float = 30.0
    """Deadline of the whole request, retrieval and retry included."""

    span_kind: ClassVar[str] = "request"
    """What its traces say that each request is: `request`, or `judge` for the features that judges ask through."""

    def __post_init__(self) -> None:
        """Refuse a definition that could not run."""
        check_name(self.name)
        check_models(self.name, input=self.input, output=self.output)
        check_bounds(self.name, self.timeout_seconds)
        if self.retrieval is not None:
            check_quotes(self.name, self.output)
            query_field(self.name, model=self.input, retrieval=self.retrieval)
            check_conversation(self.name, model=self.input, retrieval=self.retrieval)

    @property
    def kind(self) -> Literal["single", "rag"]:
        """How it comes to an answer: one model call, or retrieval first."""
        return "single" if self.retrieval is None else "rag"

    def parse_input(self, payload: Mapping[str, object]) -> In:
        """Return the payload as the input model; raises InvalidRequest that names each field and what is wrong."""
        try:
            return self.input.model_validate(payload)
        except ValidationError as error:
            raise InvalidRequest(
                f"The input of {self.name!r} is not of the declared shape: {describe_problems(error)}.",
                next_step=f"Its fields are {', '.join(self.input.model_fields)}.",
            ) from error

    async def __call__(self, value: In, caller: Principal | None = None, *, session: str = "") -> Result[Out]:
        """Run the feature for the caller, the local user unless another is named; raises NotBound without a project.

        Requests with the same `session` are turns of one conversation.
        """
        tags = {"plimsoll.session": session} if session else None
        return await _runtime_of(current_binding(self.name)).run(self, value, caller, tags=tags)

    def sync(self, value: In, caller: Principal | None = None) -> Result[Out]:
        """Run the feature from a thread that has no event loop, on the loop of the open project."""
        binding = current_binding(self.name)
        self._refuse_a_running_loop()
        pending = asyncio.run_coroutine_threadsafe(_runtime_of(binding).run(self, value, caller), binding.loop)
        try:
            return pending.result(self.timeout_seconds + _GRACE_SECONDS)
        except concurrent.futures.TimeoutError:
            raise Overloaded(
                f"The event loop of the open project did not run {self.name!r} within {self.timeout_seconds:g} s.",
                next_step="Something blocks that loop; move blocking work into threads.",
            ) from None
        finally:
            pending.cancel()

    def _refuse_a_running_loop(self) -> None:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return
        raise InvalidRequest(
            f"{self.name}.sync() was called inside a running event loop, where it would block everything else.",
            next_step=f"Write `await {self.name}(...)` there.",
        )


AnyFeature = Feature[BaseModel, BaseModel]
"""A feature whose models are not known, e.g. one that was found by its name."""


class Runtime(Protocol):
    """What runs features: the runner of an open project."""

    async def run(
        self,
        feature: Feature[In, Out],
        value: In,
        caller: Principal | None = None,
        *,
        tags: Mapping[str, str] | None = None,
    ) -> Result[Out]:
        """Run the feature once; `tags` are attributes for the root of its trace."""
        ...


@contextmanager
def bind_runtime(runtime: Runtime) -> Generator[None, None, None]:
    """Let features that are called inside the block be run by the runtime, on the loop that runs now."""
    with bound(runtime):
        yield


def index_features(found: Iterable[object]) -> dict[str, AnyFeature]:
    """Return the features by name; raises InvalidFeature when one is not a feature or two share a name."""
    features: dict[str, AnyFeature] = {}
    for candidate in found:
        if not isinstance(candidate, Feature):
            raise InvalidFeature(f"{candidate!r} is not a Feature.", next_step="Define it with `Feature(...)`.")
        feature = cast("AnyFeature", candidate)
        if features.get(feature.name, feature) is not feature:
            raise InvalidFeature(
                f"Two features are named {feature.name!r}.", next_step="Rename one of them in features/*.py."
            )
        features[feature.name] = feature
    return features


def find_feature(features: Mapping[str, AnyFeature], name: str) -> AnyFeature:
    """Return the feature of that name; raises NotFound with the nearest name."""
    feature = features.get(name)
    if feature is None:
        raise NotFound(unknown_name("feature", name, features), next_step="Features are defined in features/*.py.")
    return feature


def question_field(feature: AnyFeature) -> str:
    """Return the input field that holds the question; raises InvalidRequest when the input is not one question."""
    try:
        return query_field(feature.name, model=feature.input, retrieval=feature.retrieval)
    except InvalidFeature as error:
        raise InvalidRequest(
            f"{feature.name!r} does not take one question: its input has {one_of(feature.input.model_fields)}.",
            next_step=f"Send all of them as JSON to the feature {feature.name!r}.",
        ) from error


def _runtime_of(binding: Binding) -> Runtime:
    return cast("Runtime", binding.runtime)
