"""The prompts of a project through time: which versions were used when, how they did, and how two differ.

`Project.prompts` is one of these; the command line calls it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from plimsoll.errors import InvalidRequest, NotFound, unknown_name
from plimsoll.evals import EvalRun, gate_run
from plimsoll.features import AnyFeature, PromptText, find_feature
from plimsoll.project.datasets.datasets import Datasets
from plimsoll.project.parts import Parts
from plimsoll.project.prompts.suggestion import Suggestion, suggest_prompt
from plimsoll.records import Interval, Verdict
from plimsoll.traces import PromptUse

_VERSION = re.compile(r"[0-9a-f]{6,64}")
_MOST_RUNS = 500
_SHOWN = 12


class PromptFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One bar of a feature's line, as a version of its prompt did in a run."""

    bar: str
    """The bar's name."""
    interval: Interval | None
    """The figure; None where nothing was measured."""
    verdict: Verdict
    """What the line says about it."""


class PromptRun(msgspec.Struct, frozen=True, kw_only=True):
    """A version's newest complete run of one feature on one dataset."""

    run_id: str
    """The run."""
    feature: str
    """The feature."""
    dataset: str
    """The dataset."""
    dataset_version: str
    """Its content hash."""
    model: str
    """The model that was asked."""
    started_at: datetime
    """When it began, in UTC."""
    runs: int
    """Complete runs of this version, feature and dataset, this one among them."""
    figures: tuple[PromptFigure, ...]
    """Its bars by the line that the feature has now; empty for a feature without one."""


class PromptVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a prompt, and what became of it."""

    sha256: str
    """Hash of its file."""
    path: str
    """Its file, relative to the project."""
    is_current: bool
    """Whether the file is this version now."""
    first_used_at: datetime
    """When it was first used, in UTC."""
    live: int
    """Requests of users that it answered, within the traces that are kept."""
    last_at: datetime | None
    """When it was last asked, evaluations included, in UTC; None where no trace is kept."""
    features: tuple[str, ...]
    """The features that used it, within those traces."""
    runs: tuple[PromptRun, ...]
    """How it did in evaluations."""


class PromptDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How two versions of prompts differ."""

    first: str
    """The one, as path and hash."""
    second: str
    """The other."""
    lines: tuple[str, ...]
    """A unified diff; empty where they are the same."""


class Prompts:
    """The prompts of a project, with their history."""

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], folder: Path) -> None:
        self._datasets = Datasets(parts, features=features, folder=folder)
        self._parts = parts
        self._features = features
        self._folder = folder

    async def log(self, name: str = "") -> tuple[PromptVersion, ...]:
        """Return every version of every prompt, or of the prompt of that path, file name or feature; newest first.

        Raises NotFound for a prompt that was never used.
        """
        texts = self._named(name, await self._parts.prompts.list())
        uses = await self._uses()
        runs = await self._runs()
        return tuple([await self._describe(text, uses, runs) for text in texts])

    async def diff(self, first: str, second: str = "") -> PromptDifference:
        """Return how two versions differ: six or more digits of a hash, or the path of a file as it is now.

        Without a second one it is what the first one's file holds now. Raises NotFound and InvalidRequest.
        """
        known = await self._parts.prompts.list()
        before = self._find(first, known)
        after = self._find(second or before.path, known)
        names = [f"{one.path}@{one.sha256[:_SHOWN]}" for one in (before, after)]
        lines = difflib.unified_diff(
            before.text.splitlines(), after.text.splitlines(), fromfile=names[0], tofile=names[1], lineterm=""
        )
        return PromptDifference(first=names[0], second=names[1], lines=tuple(lines))

    async def suggest(self, name: str, run_id: str, *, model: str = "") -> Suggestion:
        """Let a model propose a prompt for a feature after it read what failed in a run; write it as a new file.

        Nothing uses that file. Raises NotFound, InvalidRequest, UnusableAnswer and what the gateway raises.
        """
        feature = find_feature(self._features, name)
        run = await self._parts.evaluations.get(run_id)
        return await suggest_prompt(self._parts, self._folder, feature, run=run, datasets=self._datasets, model=model)

    async def _uses(self) -> dict[str, list[PromptUse]]:
        await self._parts.capture.flush()
        days = timedelta(days=3_650)
        uses: dict[str, list[PromptUse]] = {}
        for use in await self._parts.traces.prompt_uses(since=self._parts.clock.now() - days):
            uses.setdefault(use.sha256, []).append(use)
        return uses

    async def _runs(self) -> dict[str, list[EvalRun]]:
        """Return the complete runs by the prompt that they were made with, newest first, without their results."""
        runs: dict[str, list[EvalRun]] = {}
        for run in await self._parts.evaluations.list(limit=_MOST_RUNS):
            if run.is_complete and run.experiment.prompt_hash:
                runs.setdefault(run.experiment.prompt_hash, []).append(run)
        return runs

    async def _describe(
        self, text: PromptText, uses: Mapping[str, Sequence[PromptUse]], runs: Mapping[str, Sequence[EvalRun]]
    ) -> PromptVersion:
        of_it = uses.get(text.sha256, ())
        return PromptVersion(
            sha256=text.sha256,
            path=text.path,
            is_current=self._read(text.path) == text.text,
            first_used_at=text.first_used_at,
            live=sum(use.live for use in of_it),
            last_at=max((use.last_at for use in of_it), default=None),
            features=tuple(sorted({use.feature for use in of_it})),
            runs=tuple([await self._figure(some) for some in _by_question(runs.get(text.sha256, ()))]),
        )

    async def _figure(self, runs: Sequence[EvalRun]) -> PromptRun:
        """Return the newest of a version's runs with its bars."""
        newest = runs[0]
        feature = self._features.get(newest.feature)
        figures: tuple[PromptFigure, ...] = ()
        if feature is not None and feature.line is not None:
            known = await self._parts.calibrations.newest()
            report = gate_run(feature.line, await self._parts.evaluations.get(newest.id), calibrations=known)
            figures = tuple(
                PromptFigure(bar=one.bar.name, interval=one.evidence.interval, verdict=one.decision.verdict)
                for one in report.decisions
            )
        return PromptRun(
            run_id=newest.id,
            feature=newest.feature,
            dataset=newest.dataset,
            dataset_version=newest.dataset_version,
            model=newest.model,
            started_at=newest.started_at,
            runs=len(runs),
            figures=figures,
        )

    def _named(self, name: str, known: Sequence[PromptText]) -> list[PromptText]:
        feature = self._features.get(name)
        names = {name, feature.prompt} if feature else {name}
        found = [text for text in known if not name or {text.path, Path(text.path).stem} & names]
        if name and not found:
            paths = sorted({text.path for text in known})
            raise NotFound(unknown_name("prompt", name, paths), next_step="A prompt is kept when it is first used.")
        return found

    def _find(self, name: str, known: Sequence[PromptText]) -> PromptText:
        """Return the version of a hash, or a file as it is now."""
        if _VERSION.fullmatch(name):
            found = {text.sha256: text for text in known if text.sha256.startswith(name)}
            if len(found) > 1:
                raise InvalidRequest(f"Several versions begin with {name!r}.", next_step="Type more of its digits.")
            if found:
                return found.popitem()[1]
        paths = {text.path for text in known} | {feature.prompt for feature in self._features.values()}
        matching = [path for path in paths if name in {path, Path(path).stem}]
        text = self._read(matching[0]) if len(matching) == 1 else None
        if text is None:
            raise NotFound(
                f"There is no version {name!r} of a prompt, and no file of that name.",
                next_step="`plimsoll prompts log` prints all versions.",
            )
        digest = next((one.sha256 for one in known if one.path == matching[0] and one.text == text), "now")
        return PromptText(sha256=digest, path=matching[0], text=text, first_used_at=self._parts.clock.now())

    def _read(self, path: str) -> str | None:
        try:
            return (self._folder / path).read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            return None


def _by_question(runs: Sequence[EvalRun]) -> list[list[EvalRun]]:
    """Return the runs that ask the same of the same feature together, each newest first."""
    grouped: dict[tuple[str, str], list[EvalRun]] = {}
    for run in runs:
        grouped.setdefault((run.feature, run.dataset), []).append(run)
    return list(grouped.values())
