"""The judges of a project: held against people, held against themselves, and listed with where they stand.

`Project.evals.judges` is one of these; the command line calls it.
"""

from collections.abc import Mapping
from typing import cast

import msgspec

from plimsoll.datasets import Dataset
from plimsoll.errors import InvalidRequest, NotFound, unknown_name
from plimsoll.evals import (
    Calibration,
    Judge,
    JudgeDrift,
    JudgeStanding,
    PairwiseJudge,
    calibrate_judge,
    compare_calibrations,
    find_anchors,
    judges_of,
    stand,
)
from plimsoll.features import AnyFeature
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.parts import Parts


class JudgeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a calibration found."""

    calibration: Calibration
    """The judge against people."""
    drift: JudgeDrift | None
    """The judge against its own earlier rulings on the same labelled answers; None where there are none."""


class Judges:
    """The judges that the lines of a project name. Each method raises NotFound for an unknown one."""

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], datasets: Datasets) -> None:
        self._parts = parts
        self._features = features
        self._datasets = datasets

    async def calibrate(
        self, name: str, dataset: str = "", *, is_drawn: bool = False, margin: float = 0.05
    ) -> JudgeReport:
        """Hold a judge's rulings against those of people on the labelled answers of a dataset, and keep what came out.

        Without a dataset it is asked again about the answers of its first calibration: the anchors. Where earlier
        rulings on ten or more of the same answers are kept, the two are compared: `margin` is how much rarer it may
        agree with people and still count as unchanged. `is_drawn` says that the answers are a random draw of those
        that it judges. Raises InvalidDataset for fewer than ten labels, InvalidRequest without dataset and anchors.
        """
        judge = self._find(name)
        kept = await self._parts.calibrations.of(name)
        loaded = await (self._datasets.load(dataset) if dataset else self._anchors(name, kept))
        self._parts.runner.check(cast("AnyFeature", judge.feature))
        found = await calibrate_judge(judge, loaded, clock=self._parts.clock, is_drawn=is_drawn)
        if found.counts.passes + found.counts.fails:
            await self._parts.calibrations.keep(found)
        before = find_anchors(found, kept)
        drift = compare_calibrations(before, found, margin=margin) if before else None
        return JudgeReport(calibration=found, drift=drift)

    async def list(self) -> tuple[JudgeStanding, ...]:
        """Return every judge that a line names, with its state and its calibrations, by name."""
        named: dict[str, list[str]] = {}
        for feature in self._features.values():
            for judge in judges_of(feature):
                named.setdefault(judge.name, []).append(feature.name)
        return tuple([await self._stand(name, tuple(named[name])) for name in sorted(named)])

    async def _stand(self, name: str, features: tuple[str, ...]) -> JudgeStanding:
        judge, history = self._find(name), await self._parts.calibrations.of(name)
        configuration = self._parts.runner.check(cast("AnyFeature", judge.feature))
        version = judge.version_of(configuration.config_hash)
        return stand(name, history, version=version, model=configuration.model, features=features)

    async def _anchors(self, name: str, kept: tuple[Calibration, ...]) -> Dataset:
        """Return the answers of the judge's first calibration, as far as its dataset still holds them."""
        if not kept:
            raise InvalidRequest(
                f"{name!r} was never calibrated, so that there are no earlier rulings to compare with.",
                next_step=f"Name labelled answers: `plimsoll evals calibrate {name} DATASET`.",
            )
        first = kept[-1]
        loaded = await self._datasets.load(first.dataset)
        asked = {ruling.case_id for ruling in first.rulings}
        return msgspec.structs.replace(loaded, cases=tuple(case for case in loaded.cases if case.id in asked))

    def _find(self, name: str) -> Judge | PairwiseJudge:
        judges = {judge.name: judge for feature in self._features.values() for judge in judges_of(feature)}
        if name not in judges:
            raise NotFound(
                unknown_name("judge", name, judges),
                next_step="Name a judge in a line: pass_rate(Judge(...), at_least=...).",
            )
        return judges[name]
