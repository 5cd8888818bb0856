"""Calibrations, kept: the same on SQLite and on PostgreSQL."""

import msgspec
import pytest

from plimsoll.evals import Calibrations
from plimsoll.evals.calibration.calibration import Disagreement
from plimsoll.store import Store

from unit.evals.test_calibration import RIGHT, calibration

pytestmark = pytest.mark.anyio


@pytest.fixture
def calibrations(store: Store) -> Calibrations:
    return Calibrations(store)


async def test_a_calibration_is_kept_without_the_judges_words(calibrations: Calibrations):
    differs = Disagreement(case_id="c1", label=True, reason="The answer says “no”.")
    found = msgspec.structs.replace(calibration(RIGHT), disagreements=(differs,))
    await calibrations.keep(found)
    await calibrations.keep(found)
    (kept,) = await calibrations.of("is_polite")
    assert kept == msgspec.structs.replace(found, disagreements=(Disagreement(case_id="c1", label=True, reason=""),))


async def test_the_newest_of_each_version_is_what_is_known_and_the_history_is_newest_first(calibrations: Calibrations):
    made = [calibration(RIGHT, place=place, version=version) for place, version in ((1, "v1"), (2, "v2"), (3, "v1"))]
    for one in made:
        await calibrations.keep(one)
    assert [one.id for one in await calibrations.newest()] == [made[2].id, made[1].id]
    assert [one.id for one in await calibrations.of("is_polite")] == [one.id for one in reversed(made)]
    assert await calibrations.of("nobody") == ()
