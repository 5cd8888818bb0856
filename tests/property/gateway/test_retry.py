"""Nobody waits for what cannot come."""

from hypothesis import given
from hypothesis import strategies as st

from plimsoll.errors import ProviderBusy, ProviderRefused, ProviderTimeout, ProviderUnreachable, UpstreamError
from plimsoll.gateway import Policy
from plimsoll.gateway.retry import Next, decide

SECONDS = st.floats(0.0, 1e6)
KINDS = (ProviderRefused, ProviderBusy, ProviderTimeout, ProviderUnreachable)


@st.composite
def errors(draw: st.DrawFn) -> UpstreamError:
    kind = draw(st.sampled_from(KINDS))
    status = draw(st.sampled_from([0, 401, 429, 500, 503]))
    return kind("no", upstream_status=status, retry_after_seconds=draw(st.none() | SECONDS))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    return Policy(
        retries=draw(st.integers(0, 5)),
        first_wait_seconds=draw(st.floats(0.0, 10.0)),
        longest_wait_seconds=draw(st.floats(0.0, 60.0)),
    )


@given(
    error=errors(),
    policy=policies(),
    attempt=st.integers(0, 2_000),
    seconds_left=SECONDS,
    others=st.booleans(),
    drawn=st.floats(0.0, 1.0, exclude_max=True),
)
def test_a_wait_ends_before_the_deadline_and_within_the_policy(
    *, error: UpstreamError, policy: Policy, attempt: int, seconds_left: float, others: bool, drawn: float
):
    step = decide(error, policy=policy, attempt=attempt, seconds_left=seconds_left, others=others, drawn=drawn)
    assert 0.0 <= step.wait_seconds < max(seconds_left, 1e-9)
    if step.next is Next.AGAIN:
        assert attempt < policy.retries
        assert step.wait_seconds <= policy.longest_wait_seconds + policy.first_wait_seconds
        assert step.wait_seconds >= (error.retry_after_seconds or 0.0)
    else:
        assert step.wait_seconds == 0.0
        assert (step.next is Next.OVER) is (others and seconds_left > 0.0)
