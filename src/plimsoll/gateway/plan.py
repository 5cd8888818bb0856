"""What every model name stands for, compiled once: targets, their order, and the policy of their calls. Pure.

The gateway holds one plan and swaps it whole when the settings change; a call keeps the plan that it began with.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import inf

import msgspec

from plimsoll.errors import InvalidSettings, NotFound, one_of, unknown_name
from plimsoll.gateway.policy import Policy
from plimsoll.gateway.provider import Provider
from plimsoll.gateway.target import ModelTarget
from plimsoll.records import Allowance


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A model name as the settings declare it."""

    name: str
    """The name that features and callers use."""
    targets: tuple[ModelTarget, ...]
    """Models that stand in for each other."""
    weights: tuple[float, ...] = ()
    """Share of the calls for each target, where the balance is `weighted`; empty: equal shares."""
    fall_back: tuple[str, ...] = ()
    """Aliases, or `provider/model`, to ask when every target has failed or was rejected, in this order."""
    policy: Policy = Policy()
    """How its calls are made."""
    allowance: Allowance | None = None
    """Limits on all of its callers together."""

    @classmethod
    def of(cls, target: ModelTarget) -> "Alias":
        """Return the alias that stands for one model, with the usual policy."""
        return cls(name=target.alias, targets=(target,))


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where calls of one name go."""

    name: str
    """The name that was asked for."""
    targets: tuple[ModelTarget, ...]
    """Models that stand in for each other."""
    weights: tuple[float, ...]
    """Share of the calls for each target."""
    fall_back: tuple[ModelTarget, ...]
    """Further models, in the order of asking."""
    policy: Policy
    """How the calls are made."""
    allowance: Allowance | None = None
    """Limits on all callers together."""
    providers: Mapping[str, Provider] = {}
    """Who serves its targets: those of its plan, so that a call ends as it began when another plan is adopted."""
    is_priced: bool = False
    """Whether the price of every model is known."""
    is_declared: bool = True
    """False for a `provider/model` that the settings do not name."""

    @property
    def all_targets(self) -> tuple[ModelTarget, ...]:
        """Return every model that a call may reach."""
        return self.targets + self.fall_back


class Plan:
    """The compiled names. Immutable."""

    def __init__(self, aliases: Iterable[Alias], providers: Mapping[str, Provider]) -> None:
        """Compile the aliases; raises InvalidSettings for a provider or a fall-back that is not there."""
        self._aliases = {alias.name: alias for alias in aliases}
        self.providers: Mapping[str, Provider] = dict(providers)
        for alias in self._aliases.values():
            self._check_providers(alias)
        # Of a model that several aliases name, a declared price goes before none.
        named = sorted((t for alias in self._aliases.values() for t in alias.targets), key=_is_priced)
        self._priced = {(target.provider, target.model): target for target in named}
        self.routes: Mapping[str, Route] = {name: self._compile(alias) for name, alias in self._aliases.items()}

    def find(self, name: str) -> Route:
        """Return the route of an alias or of `provider/model`. Raises NotFound with the nearest name."""
        route = self.routes.get(name)
        if route is not None:
            return route
        target = self._target_of(name)
        if target is None:
            raise self._unknown(name)
        return Route(
            name=name,
            targets=(target,),
            weights=(1.0,),
            fall_back=(),
            policy=Policy(),
            providers=self.providers,
            is_declared=False,
        )

    def _target_of(self, name: str) -> ModelTarget | None:
        provider, separator, model = name.partition("/")
        if not (separator and model and provider in self.providers):
            return None
        return self._priced.get((provider, model)) or ModelTarget(alias=name, provider=provider, model=model)

    def _unknown(self, name: str) -> NotFound:
        known = [*self._aliases, *(f"{provider}/{model}" for provider, model in self._priced)]
        return NotFound(
            unknown_name("model", name, known),
            next_step=f"Or write `provider/model`; providers: {one_of(self.providers)}.",
        )

    def _check_providers(self, alias: Alias) -> None:
        for target in alias.targets:
            if target.provider not in self.providers:
                raise InvalidSettings(
                    f"Model {alias.name!r} names the provider {target.provider!r}, which is not set up.",
                    next_step=f"Set up: {one_of(self.providers) or 'none'}.",
                )

    def _compile(self, alias: Alias) -> Route:
        weights = alias.weights or (1.0,) * len(alias.targets)
        if not alias.targets:
            raise InvalidSettings(f"Model {alias.name!r} has no target.", next_step="Write model = 'provider/model'.")
        if len(weights) != len(alias.targets) or not (min(weights) >= 0.0 < sum(weights) < inf):
            raise InvalidSettings(
                f"Model {alias.name!r} has the weights {weights!r} for {len(alias.targets)} targets.",
                next_step="Give each target a weight of 0 or more, and at least one of them more than 0.",
            )
        fall_back = self._chain(alias, alias.fall_back)
        return Route(
            name=alias.name,
            targets=alias.targets,
            weights=weights,
            fall_back=fall_back,
            is_priced=all(target.price is not None for target in (*alias.targets, *fall_back)),
            policy=alias.policy,
            allowance=alias.allowance,
            providers=self.providers,
        )

    def _chain(self, alias: Alias, names: Sequence[str]) -> tuple[ModelTarget, ...]:
        """Return the targets behind the names, those of their own fall-backs included, each once."""
        seen = {(target.provider, target.model) for target in alias.targets}
        chain: list[ModelTarget] = []
        waiting, visited = list(names), {alias.name}
        while waiting:
            name = waiting.pop(0)
            if name in visited:
                continue
            visited.add(name)
            for target in self._behind(alias.name, name):
                if (target.provider, target.model) not in seen:
                    seen.add((target.provider, target.model))
                    chain.append(target)
            waiting.extend(self._aliases[name].fall_back if name in self._aliases else ())
        return tuple(chain)

    def _behind(self, alias: str, name: str) -> tuple[ModelTarget, ...]:
        if name in self._aliases:
            return self._aliases[name].targets
        target = self._target_of(name)
        if target is None:
            raise InvalidSettings(
                f"Model {alias!r} falls back to {name!r}, which is no alias and no provider's model.",
                next_step=f"Models: {one_of(self._aliases)}; providers: {one_of(self.providers)}.",
            )
        return (target,)


def _is_priced(target: ModelTarget) -> bool:
    return target.price is not None
