"""A request that has ended, for whoever looks at it afterwards. Told by the runner; nobody may delay it."""

from collections.abc import Callable, Mapping

import msgspec
from pydantic import BaseModel

from plimsoll.features.feature import AnyFeature
from plimsoll.features.result import Result
from plimsoll.records import Principal


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A request that has ended with a result."""

    feature: AnyFeature
    """What was asked."""
    value: BaseModel
    """The input."""
    result: Result[BaseModel]
    """How it ended."""
    caller: Principal
    """Who asked."""
    tags: Mapping[str, str]
    """Attributes of the trace's root."""

    @property
    def trace_id(self) -> str:
        """Return the request's trace."""
        return self.result.trace_id


WhenFinished = Callable[[Finished], None]
"""Is told of each request; it neither waits nor raises."""
