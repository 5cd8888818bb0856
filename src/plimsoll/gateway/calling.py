"""Carries one call out: targets in order, attempts, waits, until one answers. For whole answers.

The gateway calls it with a journal; `streaming` shares the walk over the targets. Money, limits and caches are no
business of it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import msgspec

from plimsoll.errors import InvalidRequest, ProviderTimeout, RequestRejected, UnusableAnswer, UpstreamError
from plimsoll.gateway.call import Call
from plimsoll.gateway.estimate import guess_usage
from plimsoll.gateway.journal import Journal
from plimsoll.gateway.plan import Route
from plimsoll.gateway.policy import Timeouts
from plimsoll.gateway.provider import Outgoing
from plimsoll.gateway.providers.failure import refuse
from plimsoll.gateway.retry import Next, Step, decide
from plimsoll.gateway.target import ModelTarget
from plimsoll.gateway.targets import Targets
from plimsoll.gateway.wire import ReplyFacts, Wire, plain_fields, read_reply, translate_reply, translate_request

T = TypeVar("T")
Ask = Callable[[], Awaitable[T]]
"""Asks one target once. Raises the `UpstreamError`s, and InvalidRequest for what the target cannot do."""
Prepare = Callable[[ModelTarget], Ask[T]]
"""Makes the request for a target ready. Raises InvalidRequest for what the target cannot do."""

LEAST_SECONDS = 0.001
_ENOUGH_SECONDS = 20.0
_FAIR_SHARE = 0.5
_NOTHING = ReplyFacts()
OK = 200
_EVENTS = {Next.AGAIN: "retry", Next.OVER: "fall_back", Next.GIVE_UP: "give_up"}
_encode = msgspec.json.Encoder().encode


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """A whole answer of a model."""

    body: bytes
    """Its JSON, in the caller's wire."""
    facts: ReplyFacts
    """What it says."""
    rejected: str = ""
    """Why the caller's own check rejected it; empty: it did not."""


async def call_whole(targets: Targets, journal: Journal) -> Answered:
    """Ask the route's targets until one gives an answer that its caller accepts.

    Raises as `ask_in_turn` does; of answers that the caller rejected, the last one is returned with the reason.
    """

    # Quoted: an annotation within a function is otherwise worked out at every call.
    def ready(target: ModelTarget) -> "Ask[Answered]":
        return partial(_attempt, targets, journal, prepare(journal.call, journal.route, target))

    accept, left = journal.call.accept, targets.ordered(journal.route)
    rejected: Answered | None = None
    while True:
        before = journal.target
        try:
            answered, left = await ask_in_turn(targets, journal, order=left, prepare=ready)
        except (UpstreamError, InvalidRequest):
            if rejected is None:
                raise
            journal.target = before
            return rejected
        reason = accept(answered.facts) if accept else ""
        if not reason:
            return answered
        rejected = msgspec.structs.replace(answered, rejected=reason)
        if not (left and journal.route.policy.escalate and seconds_left(journal) > 0.0):
            return rejected
        journal.note("answer_rejected", {"plimsoll.target": journal.target.full_name, "plimsoll.reason": reason})


async def ask_in_turn(
    targets: Targets, journal: Journal, *, order: Sequence[ModelTarget], prepare: Prepare[T]
) -> tuple[T, Sequence[ModelTarget]]:
    """Return what the first target that succeeds returns, and the targets that were not asked yet.

    Raises the last `UpstreamError`, ProvidersResting where no breaker let the call through, and InvalidRequest where no
    target can do what is asked.
    """
    failed: UpstreamError | None = None
    unable: InvalidRequest | None = None
    resting: list[ModelTarget] = []
    for index, target in enumerate(order):
        others = order[index + 1 :]
        try:
            ask = prepare(target)
            if not targets.let_through(target, journal.route.policy.breaker):
                resting.append(target)
                _note_skipped(journal, target, "breaker open")
                continue
            return await _ask_target(targets, journal, target, ask=ask, others=others), others
        except InvalidRequest as error:
            unable = error
            _note_skipped(journal, target, error.message)
        except UpstreamError as error:
            failed = error
            if isinstance(error, RequestRejected) or seconds_left(journal) <= 0.0:
                break
    if failed is not None:
        raise failed
    if resting or unable is None:
        raise targets.write_resting(resting)
    raise unable


async def _ask_target(
    targets: Targets, journal: Journal, target: ModelTarget, *, ask: Ask[T], others: Sequence[ModelTarget]
) -> T:
    """Ask one target as often as the policy allows; raises the last error."""
    number = 0
    while True:
        journal.attempts += 1
        journal.target = target
        had_seconds = seconds_left(journal)
        try:
            return await ask()
        except UpstreamError as error:
            failed = error
        if not is_hasty(failed, journal.route.policy.timeouts, had_seconds=had_seconds):
            targets.note_failure(target, failed, journal.route.policy)
        step = _follow_up(targets, journal, error=failed, attempt=number, others=others)
        if step.next is not Next.AGAIN:
            raise failed
        await asyncio.sleep(step.wait_seconds)
        if not targets.let_through(target, journal.route.policy.breaker):
            # Other calls failed here while this one waited.
            raise failed
        number += 1


def _follow_up(
    targets: Targets, journal: Journal, *, error: UpstreamError, attempt: int, others: Sequence[ModelTarget]
) -> Step:
    """Decide what follows a failed attempt at the journal's target, and note it."""
    target = journal.target
    has_others = targets.has_open(others)
    step = decide(
        error,
        policy=journal.route.policy,
        attempt=attempt,
        seconds_left=seconds_left(journal),
        others=has_others,
        drawn=targets.draw(),
    )
    if step.next is Next.AGAIN and not targets.has_open((target,)):
        step = Step(next=Next.OVER if has_others else Next.GIVE_UP)
    noted = describe_failed(target, error)
    journal.note(_EVENTS[step.next], noted | {"plimsoll.wait_seconds": step.wait_seconds})
    return step


async def _attempt(targets: Targets, journal: Journal, sent: Outgoing) -> Answered:
    """Ask a target once, and bill what that took."""
    call, target = journal.call, sent.target
    began = targets.clock.monotonic()
    try:
        body, facts = await _send(journal, sent)
    except BaseException as error:
        if was_worked_on(error):
            journal.bill(target, guess_usage(call, _NOTHING))
        raise
    finally:
        took = targets.clock.monotonic() - began
        journal.upstream_seconds += took
    breaker = targets.breaker(target)
    breaker.begin(took)
    breaker.succeed()
    journal.bill(target, facts.usage or guess_usage(call, facts))
    if sent.wire is not call.wire:
        created = int(targets.clock.now().timestamp())
        body = translate_reply(body, source=sent.wire, target=call.wire, created_seconds=created)
    return Answered(body=body, facts=facts)


async def _send(journal: Journal, sent: Outgoing) -> tuple[bytes, ReplyFacts]:
    """Return a target's answer in time, and what it says."""
    target = sent.target
    seconds = max(LEAST_SECONDS, min(journal.route.policy.timeouts.attempt_seconds, seconds_left(journal)))
    try:
        async with asyncio.timeout(seconds):
            body = await journal.route.providers[target.provider].send(sent)
    except TimeoutError as error:
        raise late(target, seconds) from error
    try:
        facts = read_reply(sent.wire, body)
    except UnusableAnswer as error:
        error.upstream_status = OK
        raise
    if facts.error is not None:
        raise refuse(target.provider, facts.error)
    return body, facts


def was_worked_on(error: BaseException) -> bool:
    """Tell whether the provider may have read the request, and charge for it, although no answer came of it.

    So it is where a caller or a deadline did not wait, and where an answer that began well broke off or cannot be read.
    """
    if isinstance(error, UpstreamError):
        return isinstance(error, ProviderTimeout) or error.upstream_status == OK
    return isinstance(error, asyncio.CancelledError)


def prepare(call: Call, route: Route, target: ModelTarget) -> Outgoing:
    """Return the request as it goes to a target: untouched where its provider speaks the caller's wire.

    Else it is translated; raises InvalidRequest for what the provider's wire cannot say.
    """
    spoken = route.providers[target.provider].wires
    wire = call.wire if call.wire in spoken else spoken[0]
    return Outgoing(
        wire=wire,
        fields=call.fields if wire is call.wire else translate_fields(call, wire),
        target=target,
        connect_seconds=route.policy.timeouts.connect_seconds,
        request=call.request,
    )


def translate_fields(call: Call, wire: Wire) -> dict[str, msgspec.Raw]:
    """Return a call's fields in another wire's words. Raises InvalidRequest for what that wire cannot say."""
    said = translate_request(plain_fields(call.fields), source=call.wire, target=wire)
    return {name: msgspec.Raw(_encode(value)) for name, value in said.items()}


def late(target: ModelTarget, seconds: float) -> ProviderTimeout:
    """Return the error for a target that did not answer in time."""
    return ProviderTimeout(f"{target.provider!r} did not answer within {round(seconds, 3):g} s.")


def is_hasty(error: UpstreamError, times: Timeouts, *, had_seconds: float) -> bool:
    """Tell whether a time-out says more about its caller's haste than about the target.

    A target must have had half of what its policy gives, or 10 s; else one impatient caller would close it to all.
    """
    given = min(times.first_token_seconds, times.attempt_seconds, times.total_seconds, _ENOUGH_SECONDS)
    return isinstance(error, ProviderTimeout) and had_seconds < _FAIR_SHARE * given


def seconds_left(journal: Journal) -> float:
    """Return how much of the call's time is left; 0 when none is."""
    policy = journal.route.policy.timeouts.total_seconds
    asked = journal.call.timeout_seconds
    total = policy if asked is None else min(policy, asked)
    return max(0.0, total - journal.seconds())


def describe_failed(target: ModelTarget, error: UpstreamError) -> dict[str, str]:
    """Return what an event says of a target that failed."""
    return {"plimsoll.target": target.full_name, "error.type": error.code, "plimsoll.reason": error.message}


def _note_skipped(journal: Journal, target: ModelTarget, reason: str) -> None:
    journal.note("target_skipped", {"plimsoll.target": target.full_name, "plimsoll.reason": reason})
