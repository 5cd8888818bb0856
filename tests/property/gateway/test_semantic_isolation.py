"""Whatever tenants ask, in whatever order: no answer passes from one to another, nor between features or parameters."""

import asyncio

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.gateway.cache.key import exact_key
from plimsoll.gateway.cache.question import read_question
from plimsoll.gateway.cache.semantic import SemanticCache, Vector
from plimsoll.gateway.wire.kinds import Wire
from plimsoll.testing import FakeClock

NAMES = st.text(min_size=0, max_size=6)


class Ask(msgspec.Struct, frozen=True):
    """One question of one tenant."""

    tenant: str
    scope: str
    system: str
    text: str


ASKS = st.lists(
    st.builds(Ask, tenant=NAMES, scope=NAMES, system=NAMES, text=st.sampled_from(["How are you?", "how are you"])),
    min_size=2,
    max_size=20,
)


async def everything_is_alike(_: str) -> Vector:
    return np.ones(4, np.float32)


def fields_of(ask: Ask) -> dict[str, msgspec.Raw]:
    turns = [{"role": "system", "content": ask.system}, {"role": "user", "content": ask.text}]
    return msgspec.json.decode(msgspec.json.encode({"messages": turns}), type=dict[str, msgspec.Raw])


async def count_leaks(asks: list[Ask]) -> tuple[int, int]:
    """Return how many answers crossed a border, and how many were found at all."""
    cache = SemanticCache(everything_is_alike, FakeClock(), threshold=0.0)
    leaks = hits = 0
    for ask in asks:
        question = read_question(tenant=ask.tenant, scope=ask.scope, wire=Wire.CHAT, fields=fields_of(ask))
        assert question is not None
        lookup = await cache.find(question)
        if lookup.hit is not None:
            owner = msgspec.json.decode(lookup.hit.reply, type=Ask)
            hits += 1
            leaks += (owner.tenant, owner.scope, owner.system) != (ask.tenant, ask.scope, ask.system)
        cache.keep(lookup, msgspec.json.encode(ask))
    return leaks, hits


@settings(max_examples=300, deadline=None)
@given(ASKS)
def test_nothing_crosses_tenants_even_where_every_question_looks_alike(asks: list[Ask]):
    leaks, hits = asyncio.run(count_leaks([*asks, asks[0]]))
    assert (leaks, hits > 0) == (0, True)


@given(NAMES, NAMES, NAMES)
def test_exact_keys_of_two_tenants_never_meet(one: str, two: str, three: str):
    fields = fields_of(Ask("", "", "", "How are you?"))
    keys = {
        (tenant, alias): exact_key(tenant=tenant, alias=alias, wire=Wire.CHAT, fields=fields)
        for tenant in (one, two)
        for alias in (two, three)
    }
    assert len(set(keys.values())) == len(keys)
