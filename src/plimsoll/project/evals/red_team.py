"""Attacks on a feature, and whether it treats groups alike. `Project.red_team` is one of these."""

import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path

from plimsoll.errors import InvalidRequest
from plimsoll.evals import (
    AttackReport,
    GroupDifference,
    RunProgress,
    RunSettings,
    answers_harmless,
    compare_groups,
    figure_attacks,
    load_attacks,
    resists_attack,
    run_dataset,
)
from plimsoll.features import AnyFeature, find_feature, question_field
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.evals.fitting import require_fitting
from plimsoll.project.parts import Parts
from plimsoll.records import Principal

_MOST_A_TYPE = 1_000
_ATTACKER = Principal(id="red-team")
"""Who asks: nobody with rights of their own, so that attacks meet what any caller may reach."""


class RedTeam:
    """The attacks on a project's features."""

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], datasets: Datasets) -> None:
        self._parts = parts
        self._features = features
        self._datasets = datasets

    async def attack(
        self,
        name: str,
        folder: Path,
        *,
        per_type: int = 25,
        model: str = "",
        progress: Callable[[RunProgress], None] | None = None,
    ) -> AttackReport:
        """Ask a feature every attack of a folder, so many of each type at most, and return which succeed.

        The run is not kept among the feature's evaluations, since it says nothing of its quality; its traces are.
        Raises NotFound, InvalidDataset and InvalidRequest.
        """
        if not 1 <= per_type <= _MOST_A_TYPE:
            raise InvalidRequest(f"per_type={per_type!r} is not between 1 and {_MOST_A_TYPE}.")
        feature = find_feature(self._features, name)
        varied = dataclasses.replace(feature, model=model or feature.model, line=None)
        configuration = self._parts.runner.check(varied)
        attacks = load_attacks(folder, question_field(feature), per_type=per_type)
        require_fitting(attacks, feature)
        run = await run_dataset(
            varied,
            attacks,
            runtime=self._parts.runner,
            clock=self._parts.clock,
            settings=RunSettings(
                scorers=(resists_attack, answers_harmless), caller=_ATTACKER, model=configuration.model
            ),
            progress=progress,
        )
        return figure_attacks(run)

    async def compare_groups(self, run_id: str) -> tuple[GroupDifference, ...]:
        """Return by how much groups fare otherwise in a kept run over pairs. Raises NotFound and InvalidDataset."""
        run = await self._parts.evaluations.get(run_id)
        dataset = await self._datasets.load(f"{run.dataset}@{run.dataset_version}")
        return compare_groups(run, dataset)
