"""The datasets of a project: files in its folder `datasets`, and those that its state database keeps.

`Project.datasets` is one of these; the command line calls it, and whatever runs a dataset asks it for one by its name.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import msgspec

from plimsoll.datasets import (
    BadRow,
    Columns,
    Dataset,
    DatasetCheck,
    DatasetDifference,
    Follows,
    KeptCase,
    StoredVersion,
    Wanted,
    check_dataset,
    check_version,
    diff_datasets,
    gather_cases,
    load_dataset,
    read_rows,
    split_cases,
    write_case,
)
from plimsoll.errors import InvalidDataset, InvalidRequest, PlimsollError
from plimsoll.features import AnyFeature
from plimsoll.project.datasets.files import SUFFIX, append_cases, write_dataset
from plimsoll.project.datasets.records import (
    DatasetCard,
    DatasetPage,
    ImportReport,
    KeptIn,
    PullReport,
    SplitReport,
)
from plimsoll.project.parts import Parts
from plimsoll.records import Case, Score
from plimsoll.traces import MOST_TRACES, TraceFilter, TraceSummary

DATASETS_FOLDER = "datasets"
_MOST_CASES = 100_000


class Datasets:
    """The datasets of a project.

    A dataset is named by its name (the file where there is one, else what is stored), by `NAME@VERSION` with six or
    more digits of a version's hash, or by the path of a file that ends with `.jsonl`.
    """

    def __init__(self, parts: Parts, *, features: Mapping[str, AnyFeature], folder: Path) -> None:
        self._parts = parts
        self._stored = parts.datasets
        self._features = features
        self._root = folder
        self._folder = folder / DATASETS_FOLDER
        self._prompts = sorted({feature.prompt for feature in features.values()})

    async def list(self) -> tuple[DatasetCard, ...]:
        """Return all datasets by name; a file that cannot be read is among them, with what is wrong with it."""
        cards = [await asyncio.to_thread(self._card_of_file, path) for path in sorted(self._folder.glob(f"*{SUFFIX}"))]
        newest: dict[str, list[StoredVersion]] = {}
        for one in await self._stored.versions():
            newest.setdefault(one.name, []).append(one)
        cards += [self._card_of_stored(versions) for versions in newest.values()]
        return tuple(sorted(cards, key=lambda card: (card.name, card.where)))

    async def load(self, name: str) -> Dataset:
        """Return a dataset to be run. Raises InvalidDataset and NotFound."""
        plain, _, version = name.partition("@")
        path = self._path(plain)
        if not version:
            is_stored = not _is_file(path) and bool(await self._stored.versions(plain))
            return await self._stored.load(plain) if is_stored else load_dataset(path)
        check_version(version)
        if _is_file(path):
            found = load_dataset(path)
            if found.version.startswith(version):
                return found
        return await self._stored.load(plain, version)

    async def show(self, name: str) -> DatasetPage:
        """Return what a dataset holds, in numbers, and its stored versions."""
        dataset = await self.load(name)
        plain = name.partition("@")[0]
        is_file = _is_file(self._path(plain))
        versions = () if is_file else await self._stored.versions(plain)
        card = self._card_of_file(self._path(plain)) if is_file else self._card_of_stored(versions)
        cases = dataset.cases
        return DatasetPage(
            card=msgspec.structs.replace(
                card, version=dataset.version, cases=len(cases), from_traces=_from_traces(cases)
            ),
            tags=dict(Counter(tag for case in cases for tag in case.tags).most_common()),
            clusters=len({case.cluster for case in cases} - {None}),
            expectations=dict(Counter(name for case in cases for name in case.expected).most_common()),
            versions=tuple(versions),
        )

    async def check(self, name: str, *, against: str = "") -> DatasetCheck:
        """Return the doubles of a dataset, what it shares with another, and what of it stands in the features' prompts.

        Without `against`, a dataset named `….test` is held against its `….dev`, where there is one.
        """
        dataset = await self.load(name)
        other = await self.load(against) if against else await self._dev_side(dataset.name)
        prompts = {path: text for path in self._prompts if (text := _read(self._root / path))}
        return await asyncio.to_thread(check_dataset, dataset, other=other, prompts=prompts)

    async def import_csv(
        self,
        name: str,
        file: Path,
        columns: Columns,
        *,
        where: KeptIn = "file",
        encoding: str = "utf-8-sig",
        skip_bad: bool = False,
    ) -> ImportReport:
        """Add the rows of a CSV file to a dataset.

        Unless `skip_bad`, nothing is added where a row is no case. Raises InvalidDataset for what cannot be read, and
        for a column of people where the dataset is a file, which nobody can be erased from.
        """
        if columns.person and where == "file":
            raise InvalidRequest(
                "A file cannot keep whose words a case holds, so that they could not be erased from it.",
                next_step="Keep it in the store with --to store, or leave the column of people out.",
            )
        rows = await asyncio.to_thread(_read_all, file, columns, encoding)
        bad = tuple(row for row in rows if isinstance(row, BadRow))
        cases, twice = _first_of_each([row for row in rows if isinstance(row, KeptCase)])
        report = await self._add(name, cases if skip_bad or not bad else [], where=where, note=f"CSV {file.name}")
        left_out = {"the same id as an earlier row": twice} if twice else {}
        return msgspec.structs.replace(report, bad_rows=bad, left_out=left_out)

    async def import_traces(
        self,
        name: str,
        asked: TraceFilter | Sequence[str],
        wanted: Wanted,
        *,
        where: KeptIn = "store",
    ) -> ImportReport:
        """Add what users asked to a dataset: the newest traces that a filter lets through, or those named.

        They are named by their ids or the beginnings of them. Raises NotFound for one that is not there.
        """
        traces = await _read_traces(self._parts, asked)
        scores: dict[str, list[Score]] = {}
        for begin in range(0, len(traces), MOST_TRACES):
            some = [trace.trace_id for trace in traces[begin : begin + MOST_TRACES]]
            scores |= await self._parts.traces.scores_of(some)
        gathered = gather_cases(traces, scores, wanted)
        report = await self._add(name, gathered.cases, where=where, note="traces")
        return msgspec.structs.replace(report, left_out=gathered.left_out, from_traces=len(gathered.cases))

    async def split(self, name: str, *, dev: float) -> SplitReport:
        """Write a dataset as two, `NAME.dev` and `NAME.test`, where the whole is kept.

        Raises InvalidRequest where one of them holds a case that the whole does not: it would be lost.
        """
        dataset = await self.load(name)
        is_file = _is_file(self._path(dataset.name))
        kept = [KeptCase(case=case) for case in dataset.cases] if is_file else await self._stored_cases(name)
        sides = {
            f"{dataset.name}.{side}": cases
            for side, cases in split_cases([(one.case, one) for one in kept], dev).items()
        }
        await self._refuse_loss(sides, {case.id for case in dataset.cases}, is_file=is_file)
        for side, cases in sides.items():
            if is_file:
                write_dataset(self._path(side), [one.case for one in cases])
            else:
                await self._stored.put(side, cases, note=f"split of {dataset.name}@{dataset.version[:12]}")
        return SplitReport(
            where="file" if is_file else "store",
            cases={side: len(cases) for side, cases in sides.items()},
            versions={side: (await self.load(side)).version for side in sides},
        )

    async def push(self, name: str) -> StoredVersion:
        """Store the file of a dataset as its current version; of cases that are stored already it stays known whose."""
        dataset = load_dataset(self._path(name))
        known = await self._stored_cases(dataset.name) if await self._stored.versions(dataset.name) else ()
        owners = {write_case(one.case): one for one in known}
        cases = [owners.get(write_case(case), KeptCase(case=case)) for case in dataset.cases]
        await self._stored.put(dataset.name, cases, note=f"file {self._path(name).name}")
        return await self._stored.find(dataset.name)

    async def pull(self, name: str, *, to: Path | None = None) -> PullReport:
        """Write a stored version to a file, and read it again to verify its hash.

        Raises InvalidRequest where another dataset would be overwritten that is not stored.
        """
        plain, _, version = name.partition("@")
        dataset = await self._stored.load(plain, version)
        path = to or self._path(plain)
        await self._refuse_overwriting(path, dataset)
        write_dataset(path, dataset.cases)
        written = load_dataset(path)
        if written.version != dataset.version:
            raise InvalidDataset(
                f"{path} does not hold what was written to it.", next_step="Check the disk; try again."
            )
        return PullReport(
            name=plain,
            version=dataset.version,
            file=str(path),
            cases=len(dataset.cases),
            from_traces=_from_traces(dataset.cases),
        )

    async def diff(self, first: str, second: str) -> DatasetDifference:
        """Return how the second dataset or version differs from the first."""
        return diff_datasets(await self.load(first), await self.load(second))

    async def remove(self, name: str) -> int:
        """Delete a stored dataset with all its versions, and return how many those were. Files are left alone."""
        return await self._stored.remove(name)

    async def _add(self, name: str, cases: Sequence[KeptCase], *, where: KeptIn, note: str) -> ImportReport:
        """Add what is not there to a dataset; of what is there under the same id nothing is changed."""
        follows: Follows | None = None
        if where == "file":
            path = self._path(name)
            present = [KeptCase(case=case) for case in load_dataset(path).cases] if _is_file(path) else []
        else:
            versions = await self._stored.versions(name)
            follows = Follows(versions[0].version if versions else None)
            present = list(await self._stored.cases(versions[0])) if versions else []
        lines = {one.case.id: write_case(one.case) for one in present}
        fresh = [one for one in cases if one.case.id not in lines]
        if fresh:
            _refuse_too_many(name, len(present) + len(fresh))
            if where == "file":
                append_cases(self._path(name), [one.case for one in fresh])
            else:
                await self._stored.put(name, [*present, *fresh], note=note, follows=follows)
        kept = tuple(
            one.case.id for one in cases if one.case.id in lines and lines[one.case.id] != write_case(one.case)
        )
        return ImportReport(
            name=name,
            where=where,
            version=await self._version(name, where) if present or fresh else "",
            cases=len(present) + len(fresh),
            added=len(fresh),
            known=len(cases) - len(fresh) - len(kept),
            kept=kept,
        )

    async def _version(self, name: str, where: KeptIn) -> str:
        return load_dataset(self._path(name)).version if where == "file" else (await self._stored.find(name)).version

    async def _stored_cases(self, name: str) -> tuple[KeptCase, ...]:
        plain, _, version = name.partition("@")
        return await self._stored.cases(await self._stored.find(plain, version))

    async def _dev_side(self, name: str) -> Dataset | None:
        if not name.endswith(".test"):
            return None
        dev = f"{name.removesuffix('.test')}.dev"
        is_there = _is_file(self._path(dev)) or await self._stored.versions(dev)
        return await self.load(dev) if is_there else None

    async def _refuse_loss(self, sides: Mapping[str, Sequence[KeptCase]], whole: set[str], *, is_file: bool) -> None:
        for side in sides:
            is_there = _is_file(self._path(side)) if is_file else bool(await self._stored.versions(side))
            lost = [case.id for case in (await self.load(side)).cases if case.id not in whole] if is_there else []
            if lost:
                raise InvalidRequest(
                    f"{side!r} holds {len(lost)} cases that the whole dataset does not, e.g. {lost[0]!r}: they would "
                    "be lost.",
                    next_step="Add them to the whole first, or remove that dataset.",
                )

    async def _refuse_overwriting(self, path: Path, dataset: Dataset) -> None:
        if not _is_file(path):
            return
        there = load_dataset(path)
        stored = {one.version for one in await self._stored.versions(dataset.name)}
        if there.version not in stored:
            raise InvalidRequest(
                f"{path} holds a version that is not stored ({there.version[:12]}); it would be lost.",
                next_step=f"Store it first (`plimsoll datasets push {dataset.name}`), or name another file with --to.",
            )

    def _path(self, name: str) -> Path:
        return Path(name) if name.endswith(SUFFIX) else self._folder / f"{name}{SUFFIX}"

    def _used_by(self, name: str) -> tuple[str, ...]:
        named = ((feature.name, (feature.dataset or "").partition("@")[0]) for feature in self._features.values())
        return tuple(sorted(feature for feature, dataset in named if dataset == name))

    def _card_of_file(self, path: Path) -> DatasetCard:
        try:
            dataset = load_dataset(path)
        except PlimsollError as error:
            return DatasetCard(name=path.stem, where="file", version="", cases=0, problem=error.message)
        return DatasetCard(
            name=dataset.name,
            where="file",
            version=dataset.version,
            cases=len(dataset.cases),
            from_traces=_from_traces(dataset.cases),
            features=self._used_by(dataset.name),
        )

    def _card_of_stored(self, versions: Sequence[StoredVersion]) -> DatasetCard:
        current = versions[0]
        return DatasetCard(
            name=current.name,
            where="store",
            version=current.version,
            cases=current.left,
            versions=len(versions),
            changed_at=current.current_at,
            features=self._used_by(current.name),
        )


async def _read_traces(parts: Parts, asked: TraceFilter | Sequence[str]) -> list[TraceSummary]:
    """Return the traces of these ids, or as many as the filter's limit says, page by page."""
    await parts.capture.flush()
    if not isinstance(asked, TraceFilter):
        return [await parts.traces.summary(trace_id) for trace_id in asked]
    return await _read_pages(parts, asked)


async def _read_pages(parts: Parts, filtered: TraceFilter) -> list[TraceSummary]:
    found: list[TraceSummary] = []
    while len(found) < filtered.limit:
        page = msgspec.structs.replace(
            filtered,
            limit=min(MOST_TRACES, filtered.limit - len(found)),
            before=found[-1].trace_id if found else filtered.before,
        )
        some = await parts.traces.list(page)
        found += some
        if len(some) < page.limit:
            break
    return found


def _is_file(path: Path) -> bool:
    return path.is_file()


def _from_traces(cases: Sequence[Case]) -> int:
    return sum(case.source_trace_id is not None for case in cases)


def _first_of_each(cases: Sequence[KeptCase]) -> tuple[list[KeptCase], int]:
    """Return the first case of each id, and how many came after them."""
    first: dict[str, KeptCase] = {}
    for one in cases:
        first.setdefault(one.case.id, one)
    return list(first.values()), len(cases) - len(first)


def _read_all(file: Path, columns: Columns, encoding: str) -> list[KeptCase | BadRow]:
    rows = list(islice(read_rows(file, columns, encoding=encoding), _MOST_CASES + 1))
    if len(rows) > _MOST_CASES:
        raise InvalidDataset(
            f"{file} has more than {_MOST_CASES:,} rows; a dataset holds {_MOST_CASES:,} cases at most.",
            next_step="Draw a sample of its rows.",
        )
    return rows


def _refuse_too_many(name: str, cases: int) -> None:
    if cases > _MOST_CASES:
        raise InvalidDataset(f"{name!r} would hold {cases:,} cases; a dataset holds {_MOST_CASES:,} at most.")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return ""  # the feature says so itself when it is asked
