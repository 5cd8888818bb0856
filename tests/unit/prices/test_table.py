from datetime import UTC, date, datetime, time

import msgspec
import pytest

from plimsoll.prices import ProviderModel
from plimsoll.prices.clause import Clause, is_match
from plimsoll.prices.table import DatedPrice, PricedModel, PriceTable, next_change

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEAK = (
    DatedPrice(input=1.0),
    DatedPrice(input=2.0, daily_from=time(1, tzinfo=UTC), daily_to=time(4, tzinfo=UTC)),
    DatedPrice(input=3.0, daily_from=time(22, tzinfo=UTC), daily_to=time(0, 30, tzinfo=UTC)),
)


def make_table() -> PriceTable:
    models = [
        PricedModel(id="small", match=Clause(starts_with="small-1"), prices=(DatedPrice(input=1.0, output=4.0),)),
        PricedModel(id="dated", match=Clause(equals="big-2026-01-31"), prices=(DatedPrice(input=9.0),)),
        PricedModel(
            id="moved",
            match=Clause(equals="moved"),
            prices=(DatedPrice(input=5.0), DatedPrice(input=6.0, since=date(2026, 12, 1))),
        ),
        PricedModel(id="peak", match=Clause(equals="peak"), prices=PEAK),
        PricedModel(id="speech", match=Clause(equals="speech"), prices=(DatedPrice(not_counted=("audio_hours",)),)),
    ]
    known = {"id": "google", "api_pattern": r"https://api\.known\.example", "falls_back_to": (), "models": models}
    partner = {"id": "azure", "api_pattern": "https://azure", "falls_back_to": ("google", "gone"), "models": ()}
    hub = {**partner, "id": "hub_one", "falls_back_to": ("google",)}
    return PriceTable(msgspec.json.encode({"source": "prices 1", "providers": [known, partner, hub]}))


def find_input(provider: str, model: str, *, url: str = "", at: datetime = NOON) -> float | None:
    found = make_table().find(ProviderModel(provider=provider, model=model, base_url=url), at)
    return None if found is None else found.input


@pytest.mark.parametrize(
    ("provider", "model", "url", "expected"),
    [
        ("google", "small-1-preview", "", 1.0),
        ("gemini", "Small-1", "", 1.0),
        ("hub_one", "small-1", "", 1.0),
        ("azure", "small-1", "", 1.0),
        ("google", "big-20260131", "", 9.0),
        ("work", "small-1", "https://api.known.example/v1", 1.0),
        ("google", "small-1", "http://127.0.0.1:9/v1", 1.0),
        ("work", "small-1", "http://127.0.0.1:9/v1", None),
        ("my_google", "small-1", "", None),
        ("google", "small-2", "", None),
        ("google", "speech", "", None),
    ],
)
def test_a_price_is_found_by_address_or_known_name_and_never_guessed(
    *, provider: str, model: str, url: str, expected: float | None
):
    assert find_input(provider, model, url=url) == expected


@pytest.mark.parametrize(("day", "expected"), [(NOON, 5.0), (datetime(2026, 12, 1, tzinfo=UTC), 6.0)])
def test_an_announced_change_holds_from_its_day_on(day: datetime, expected: float):
    assert find_input("google", "moved", at=day) == expected


@pytest.mark.parametrize(("hour", "expected"), [(0, 3.0), (1, 2.0), (4, 1.0), (22, 3.0), (23, 3.0)])
def test_an_hour_of_the_day_has_its_own_price(hour: int, expected: float):
    assert find_input("google", "peak", at=NOON.replace(hour=hour)) == expected


def test_a_price_says_when_another_begins():
    assert next_change(PEAK, NOON) == NOON.replace(hour=22)
    assert next_change(PEAK, NOON.replace(hour=23)) == datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
    assert next_change((DatedPrice(input=1.0, since=date(2026, 1, 1)),), NOON) is None
    assert next_change((DatedPrice(input=1.0, since=date(2027, 1, 1)),), NOON) == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clause", "expected"),
    [
        (Clause(equals="GPT-6"), True),
        (Clause(starts_with="gpt"), True),
        (Clause(ends_with="-6"), True),
        (Clause(contains="t-"), True),
        (Clause(regex=r"^gpt-\d$"), True),
        (Clause(any_of=(Clause(equals="no"), Clause(equals="gpt-6"))), True),
        (Clause(all_of=(Clause(equals="no"), Clause(equals="gpt-6"))), False),
        (Clause(), False),
    ],
)
def test_a_rule_decides_on_names(clause: Clause, *, expected: bool):
    assert is_match(clause, "gpt-6") is expected
