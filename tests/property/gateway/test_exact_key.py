import json
from typing import cast

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.gateway.cache.key import IRRELEVANT, exact_key
from plimsoll.gateway.wire.kinds import Wire

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
BODY = st.dictionaries(st.text(min_size=1), JSON, max_size=5)


def key_of(body: dict[str, object], *, tenant: str = "t", alias: str = "a", indent: int | None = None) -> str:
    written = json.dumps(body, indent=indent, ensure_ascii=indent is None)
    fields = msgspec.json.decode(written, type=dict[str, msgspec.Raw])
    return exact_key(tenant=tenant, alias=alias, wire=Wire.CHAT, fields=fields)


def turn_around(value: object) -> object:
    """Return the value with the order of all names reversed."""
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        return {name: turn_around(inner) for name, inner in reversed(named.items())}
    return [turn_around(inner) for inner in cast("list[object]", value)] if isinstance(value, list) else value


@given(BODY)
def test_order_and_white_space_do_not_matter(body: dict[str, object]):
    turned = {name: turn_around(value) for name, value in reversed(body.items())}
    assert key_of(body) == key_of(turned, indent=2)


@given(BODY, BODY)
def test_other_content_has_another_key(one: dict[str, object], other: dict[str, object]):
    relevant = [{name: value for name, value in body.items() if name not in IRRELEVANT} for body in (one, other)]
    is_same = msgspec.json.encode(relevant[0], order="sorted") == msgspec.json.encode(relevant[1], order="sorted")
    assert (key_of(one) == key_of(other)) is is_same


@given(BODY, st.tuples(st.text(), st.text()), st.tuples(st.text(), st.text()))
def test_tenants_and_aliases_never_share_a_key(body: dict[str, object], one: tuple[str, str], other: tuple[str, str]):
    keys = [key_of(body, tenant=tenant, alias=alias) for tenant, alias in (one, other)]
    assert (keys[0] == keys[1]) is (one == other)


@given(BODY, st.sampled_from(sorted(IRRELEVANT)), JSON)
def test_how_the_answer_is_delivered_does_not_matter(body: dict[str, object], name: str, value: object):
    assert key_of({**body, name: value}) == key_of({k: v for k, v in body.items() if k != name})


@given(BODY)
def test_each_wire_has_its_own_keys(body: dict[str, object]):
    fields = msgspec.json.decode(json.dumps(body), type=dict[str, msgspec.Raw])
    assert len({exact_key(tenant="t", alias="a", wire=wire, fields=fields) for wire in Wire}) == len(Wire)
